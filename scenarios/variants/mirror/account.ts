import type { RpcOutcome } from '../../../system/ports/rpc.ts';
import { copyHeaders, isCopy } from '../../../system/routing/variants/mirror/headers.ts';
import type { Stage } from '../stage.ts';
import type { RecordRequest } from './record-service.ts';
import type { RpcWatcher } from './watched-rpc.ts';

interface Pair {
  live: boolean | undefined;
  shadow: boolean | undefined;
}

interface Compared {
  readonly atMs: number;
  readonly tool: string;
  readonly isDifference: boolean;
}

/** What one gateway of a mirror really did, seen at its ports: the truth that its own view is held against. */
export class MirrorAccount implements RpcWatcher {
  readonly #stage: Stage;
  readonly #gateway: string;
  readonly #shadowTarget: string;
  readonly #differs: (value: number) => boolean;
  readonly #answeredMs = new Map<unknown, { readonly atMs: number; readonly status: string }>();
  readonly #pairs = new Map<unknown, Pair>();
  #compared: Compared[] = [];

  constructor(stage: Stage, gateway: string, shadowTarget: string, differs: (value: number) => boolean) {
    this.#stage = stage;
    this.#gateway = gateway;
    this.#shadowTarget = shadowTarget;
    this.#differs = differs;
  }

  sent(
    target: string,
    request: unknown,
    { metadata }: { readonly metadata: Readonly<Record<string, string>> },
  ): void {
    const isShadow = target === this.#shadowTarget;
    if (isShadow)
      this.#pairs.set(request, this.#pairs.get(request) ?? { live: undefined, shadow: undefined });
    const isMarked = isShadow
      ? copyHeaders.every((header) => metadata[header] !== undefined)
      : !isCopy(metadata) && metadata['x-shadowing-enabled'] === 'true';
    this.#stage.history.record(this.#gateway, {
      kind: 'shadow.sent',
      gateway: this.#gateway,
      side: isShadow ? 'shadow' : 'live',
      isMarked,
    });
  }

  called(target: string, request: unknown, _options: unknown, outcome: RpcOutcome): void {
    const isShadow = target === this.#shadowTarget;
    const isOk = outcome.status === 'OK';
    if (!isShadow) this.#answeredMs.set(request, { atMs: this.#stage.nowMs, status: outcome.status });
    const pair = this.#pairs.get(request) ?? { live: undefined, shadow: undefined };
    pair[isShadow ? 'shadow' : 'live'] = isOk;
    this.#pairs.set(request, pair);
    if (pair.live === undefined || pair.shadow === undefined) return;
    this.#pairs.delete(request);
    const { tool, value } = request as RecordRequest;
    const isDifference = pair.live && pair.shadow && this.#differs(value);
    this.#compared.push({ atMs: this.#stage.nowMs, tool, isDifference });
  }

  replied(request: unknown, outcome: RpcOutcome): void {
    const answered = this.#answeredMs.get(request);
    this.#answeredMs.delete(request);
    this.#stage.history.record(this.#gateway, {
      kind: 'shadow.answered',
      gateway: this.#gateway,
      heldMs: answered === undefined ? 0 : this.#stage.nowMs - answered.atMs,
      isAltered: answered?.status !== outcome.status,
    });
  }

  /** Compared requests and differences among them that are younger than this. */
  since(fromMs: number): { readonly messages: number; readonly differences: number } {
    const young = this.#compared.filter(({ atMs }) => atMs > fromMs);
    return { messages: young.length, differences: young.filter(({ isDifference }) => isDifference).length };
  }
}
