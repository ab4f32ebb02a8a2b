import type { Operation } from './operations.ts';
import type { Routed } from './requests.ts';

/** What a leader does for clients, in its memory only: gone when it steps down (jetstream D26, F45). */
export interface GroupService {
  /** Serves clients: its first entry is applied (jetstream B11). */
  readonly ready: boolean;
  becomeReady(): void;
  handle(routed: Routed): void;
  /** An entry was committed and applied here; `sequence` is what the machine answered. */
  committed(operation: Operation, sequence: number): void;
  stop(): void;
}
