import type { RpcStatus } from '../../system/ports/rpc.ts';

/**
 * What the tools say of themselves, stamped with the time by whoever records it. `tool` is the tool id, `contextId` is
 * `<tool>/<contextSequence>`, `wafer` the identity of the recorded wafer that was played (trace mode only).
 */
export type EquipmentEvent =
  | {
      readonly kind: 'context.started';
      readonly tool: string;
      readonly contextSequence: number;
      readonly recipe: string;
      readonly abnormal: boolean;
      readonly wafer?: string;
    }
  /** The tool has the answer to a request: from here its points must never be lost. Once a request, however often it is sent. */
  | {
      readonly kind: 'request.acknowledged';
      readonly tool: string;
      readonly contextId: string;
      readonly requestSequence: number;
      readonly points: number;
      readonly attempts: number;
    }
  /**
   * The tool has the answer to "context complete" and forgets the points. `expectedDigest` is over the U-chart of its own
   * points, computed apart from the pipeline: what a fault-free run gives.
   */
  | {
      readonly kind: 'context.completed';
      readonly tool: string;
      /** The tool, or a chamber of it where that is the unit. */
      readonly unit: string;
      readonly contextId: string;
      readonly contextSequence: number;
      readonly previousSequence: number;
      readonly recipe: string;
      readonly points: number;
      readonly expectedDigest: number;
      readonly abnormal: boolean;
      readonly wafer?: string;
      readonly attempts: number;
      /** End of the context by the tool's clock, microseconds since the epoch. */
      readonly endUs: number;
    }
  /** A call failed and will be made again after `delayMs`. `requestSequence` is 0 for "context complete". */
  | {
      readonly kind: 'tool.retry';
      readonly tool: string;
      readonly contextId: string;
      readonly requestSequence: number;
      readonly status: RpcStatus;
      readonly attempt: number;
      readonly delayMs: number;
    }
  /** Contexts that are over and not acknowledged wait in the tool; said when their number changes above one. */
  | {
      readonly kind: 'tool.backlog';
      readonly tool: string;
      readonly contexts: number;
      readonly points: number;
    }
  /** The tool's store is full: the oldest waiting context was given up, and never reached "complete". */
  | {
      readonly kind: 'tool.overflow';
      readonly tool: string;
      readonly contextId: string;
      readonly points: number;
    };
