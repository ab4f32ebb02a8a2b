/** The numeric blobs of Mebo: {@link encodeMebo}, {@link decodeMebo}, and the T-chart codec made of them. */
export { decodeMebo } from './decode.ts';
export type { MeboBlob } from './decode.ts';
export { encodeMebo } from './encode.ts';
export { MeboError } from './error.ts';
export type { MeboErrorCode } from './error.ts';
export { meboDefaults, meboLimits } from './format.ts';
export type {
  ByteOrder,
  Compression,
  MeboLimits,
  MeboOptions,
  TimestampEncoding,
  ValueEncoding,
} from './format.ts';
export type { MeboInput, MeboMetric } from './metric.ts';
export { meboCodec, meboTChartCodec, meboTChartOptions } from './tchart-codec.ts';
