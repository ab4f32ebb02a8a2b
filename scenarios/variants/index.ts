import { shadowPublishVariant } from './shadow-publish/index.ts';
import { pipelinesVariant } from './pipelines/index.ts';
import { thresholdVariant } from './threshold/index.ts';
import { idempotencyVariant } from './idempotency/index.ts';
import { mirrorVariant } from './mirror/index.ts';
import { percentageVariant } from './percentage/index.ts';
import type { Variant } from './variant.ts';

/** All variants of delivery. */
export const variants: readonly Variant[] = [
  percentageVariant,
  mirrorVariant,
  idempotencyVariant,
  thresholdVariant,
  pipelinesVariant,
  shadowPublishVariant,
];
