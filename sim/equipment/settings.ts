import type { UnitKind } from '../../system/ports/completion.ts';
import type { RpcOutcome } from '../../system/ports/rpc.ts';
import type { EquipmentEvent } from './equipment-event.ts';
import { referencePace, type Pace } from './pace.ts';
import type { Wafer } from './wafer.ts';

/** How a tool's call leaves the tool: one call of an ingest method; `done` comes exactly once, at once or later. */
export type ToolSend = (
  tool: number,
  method: string,
  request: unknown,
  metadata: Readonly<Record<string, string>>,
  deadlineMs: number,
  done: (outcome: RpcOutcome) => void,
) => void;

export interface EquipmentOptions {
  readonly tools: number;
  /** Virtual time at which the tools begin to talk, by then all of them in the middle of a context. */
  readonly startMs: number;
  readonly send: ToolSend;
  readonly record: (tool: string, event: EquipmentEvent) => void;
  /** A whole trace file, in file order: the tools play its second half instead of the synthetic generator. */
  readonly wafers?: readonly Wafer[];
  readonly settings?: Partial<EquipmentSettings>;
}

export interface EquipmentSettings {
  readonly unitKind: UnitKind;
  readonly sendDeadlineMs: number;
  readonly completeDeadlineMs: number;
  /** Back-off between attempts: from the first to the second number, doubling, jittered. */
  readonly retryMinMs: number;
  readonly retryMaxMs: number;
  /** Points that a tool can keep; beyond it gives up the oldest waiting context and says so. 14 h of the reference workload. */
  readonly maxHeldPoints: number;
  /** What a tool had collected before the start it begins to send at a moment drawn within this time. */
  readonly catchUpMs: number;
  /** Standard deviation of the tools' wall clocks, and their largest drift either way. */
  readonly clockOffsetMs: number;
  readonly clockDriftPpm: number;
  /** Of the synthetic generator; traces have their own. */
  readonly pace: Pace;
}

export const defaultEquipmentSettings: EquipmentSettings = {
  unitKind: 'tool',
  sendDeadlineMs: 10_000,
  completeDeadlineMs: 20_000,
  retryMinMs: 500,
  retryMaxMs: 30_000,
  maxHeldPoints: 50_000,
  catchUpMs: 120_000,
  clockOffsetMs: 200,
  clockDriftPpm: 20,
  pace: referencePace,
};
