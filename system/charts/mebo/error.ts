/**
 * What went wrong with a Mebo blob, or with what should have become one.
 *
 * - `bad-magic`: no numeric Mebo blob.
 * - `unknown-encoding`: an encoding or compression that this format does not have.
 * - `truncated`: ends before its own structure does.
 * - `malformed`: a structure that no encoder writes.
 * - `compression`: a payload that its compressor did not write.
 * - `limit`: larger than the limits of the format or of the caller.
 * - `unencodable`: something that the format, layout or encoding asked for cannot hold.
 */
export type MeboErrorCode =
  'bad-magic' | 'unknown-encoding' | 'truncated' | 'malformed' | 'compression' | 'limit' | 'unencodable';

/** The only error that the Mebo encoder and decoder throw. `message` starts with the code. */
export class MeboError extends Error {
  override readonly name = 'MeboError';
  readonly code: MeboErrorCode;

  constructor(code: MeboErrorCode, detail: string) {
    super(`${code}: ${detail}`);
    this.code = code;
  }
}
