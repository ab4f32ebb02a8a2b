import {
  correctIdempotencyPolicies,
  type IdempotencyPolicies,
} from '../../../system/routing/variants/idempotency/settings.ts';
import { operationName } from '../../../system/routing/variants/idempotency/operation.ts';

/** What planted bugs put in place of the service's policies. */
export const idempotencyBugs: Readonly<Record<string, IdempotencyPolicies>> = {
  /** Delivery C39: with the time in it a second attempt is another write. */
  'timestamp-key': {
    ...correctIdempotencyPolicies,
    keyOf: (operation, nowMs) => `${operationName(operation)}/${nowMs}`,
  },
  'last-write-wins': { ...correctIdempotencyPolicies, firstWriteWins: false },
  'volatile-write-behind': { ...correctIdempotencyPolicies, keepsDebts: false },
  /** Delivery C40. */
  'write-behind-to-main': { ...correctIdempotencyPolicies, shadowSession: (session) => session },
  'blind-consistency-check': { ...correctIdempotencyPolicies, isAlike: () => true },
};
