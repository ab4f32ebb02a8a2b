import type { Colour } from '../../ports/colour.ts';
import { managementPort } from '../paths.ts';
import type { ManagementToken } from './access.ts';
import { refusalOf } from './change.ts';
import type { InventoryTool } from './inventory.ts';
import { suspicionOf, type ShrinkGuard } from './quarantine.ts';
import type { Decision } from './state.ts';

/** Rules of Management that a planted bug may replace. */
export interface ManagementPolicies {
  /** Whether a change is allowed. */
  readonly refusalOf: typeof refusalOf;
  /** Whether an allowed change looks like a mistake, and waits for a person. */
  readonly suspicionOf: typeof suspicionOf;
  /** The order in which waiting changes are made. Ascending by this number, then by arrival. */
  readonly urgency: (action: string) => number;
}

export interface ManagementSettings {
  readonly port: number;
  readonly inventory: readonly InventoryTool[];
  /** Used once, where the store is empty. */
  readonly initialStableColour: Colour;
  /** What is answered for a stage that nobody decided (delivery C44). */
  readonly defaultApproval: Decision;
  /** Who may do what; none: everybody everything. */
  readonly tokens: readonly ManagementToken[];
  readonly shrinkGuard: ShrinkGuard;
  /** Of a request, in UTF-16 code units; more is answered 413 unread. */
  readonly maxBodyLength: number;
  /** Answer time of a gateway to a push. */
  readonly pushTimeoutMs: number;
  /** First pause after a push that failed; it doubles up to `pushRetryMaxMs`. */
  readonly pushRetryMs: number;
  /** Below the second, so that a gateway which comes back within L1's bound is reached within it. */
  readonly pushRetryMaxMs: number;
  /** Pause between attempts to write or read the store. */
  readonly storeRetryMs: number;
  /** Attempts to write a change before the caller is told 503. */
  readonly storeAttempts: number;
  readonly policies: ManagementPolicies;
}

export const standardManagementPolicies: ManagementPolicies = {
  refusalOf,
  suspicionOf,
  urgency: (action) => (action === 'rollback' ? 0 : 1),
};

export const defaultManagementSettings: ManagementSettings = {
  port: managementPort,
  inventory: [],
  initialStableColour: 'blue',
  defaultApproval: 'approved',
  tokens: [],
  shrinkGuard: { share: 0.5, fromTools: 10 },
  maxBodyLength: 4 * 1024 * 1024,
  pushTimeoutMs: 1000,
  pushRetryMs: 250,
  pushRetryMaxMs: 1000,
  storeRetryMs: 200,
  storeAttempts: 10,
  policies: standardManagementPolicies,
};
