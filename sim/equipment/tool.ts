import { uchartDigest, type UChart } from '../../system/charts/uchart.ts';
import { ingestMethods } from '../../system/ports/ingest.ts';
import { unitOf } from '../../system/ports/completion.ts';
import { ingestTrailers, parseRequestRanges } from '../../system/ports/ingest-trailers.ts';
import type { RpcOutcome } from '../../system/ports/rpc.ts';
import { HostClock, type Kernel, type RandomStream } from '../kernel/index.ts';
import { OpenContext } from './open-context.ts';
import type { EquipmentOptions, EquipmentSettings } from './settings.ts';
import { durationUsOf, type ToolProfile, type Workload } from './workload.ts';

/** Longest pause that a server can ask for. */
const longestPushbackMs = 60_000;

export interface ToolPorts {
  readonly kernel: Kernel;
  readonly workload: Workload;
  readonly send: EquipmentOptions['send'];
  readonly record: EquipmentOptions['record'];
  /** Gets the fault-free result of a context just before its completion is recorded. */
  readonly completed: (chart: UChart) => void;
  readonly settings: EquipmentSettings;
}

/**
 * One machine of the fab, as a client: it collects one context after the other whatever becomes of what it sends, makes one
 * call at a time in the order of collection, repeats every call that failed after a back-off, and keeps all readings of
 * a context until its completion is acknowledged.
 *
 * What it measures does not depend on what befalls its calls: the chance of retries is a stream of its own.
 *
 * Not modelled: loss of power (what a tool keeps is on its disk), pauses between contexts.
 */
export class Tool {
  readonly index: number;
  readonly profile: ToolProfile;
  readonly clock: HostClock;
  readonly #ports: ToolPorts;
  readonly #retries: RandomStream;
  readonly #metadata: Readonly<Record<string, string>>;
  /** Contexts by age; the last one is being collected unless it has ended. */
  readonly #contexts: OpenContext[] = [];
  readonly #lastSequence = new Map<string, number>();
  #contextSequence = 0;
  #heldPoints = 0;
  #stopped = false;
  /** A call is under way, or a pause before the next one. */
  #busy = false;
  #attempts = 0;
  /** What the call under way is about; request 0 is the completion. */
  #calling: OpenContext | undefined;
  #callingRequest = 0;

  constructor(index: number, ports: ToolPorts) {
    const { kernel, settings, workload } = ports;
    this.index = index;
    this.profile = workload.profile(index);
    this.#ports = ports;
    this.#retries = kernel.stream('equipment/retry', index);
    this.#metadata = { 'tool-id': this.profile.tool };
    const random = kernel.stream('equipment/clock', index);
    this.clock = new HostClock(kernel, settings.clockOffsetMs * 1000 * random.normal());
    this.clock.drift(settings.clockDriftPpm * (2 * random.float() - 1));
  }

  /** Contexts that are over and not acknowledged. */
  get waitingContexts(): number {
    const last = this.#contexts.at(-1);
    return last === undefined || last.ended ? this.#contexts.length : this.#contexts.length - 1;
  }

  get heldPoints(): number {
    return this.#heldPoints;
  }

  /** Begins in the middle of a context, with what was collected so far still to be sent. */
  start(): void {
    if (this.#stopped) return;
    const { kernel, settings } = this.#ports;
    const random = kernel.stream('equipment/start', this.index);
    const context = this.#open(kernel.nowUs, random.float());
    while (context.nextDueUs <= kernel.nowUs) this.#collectOne(context);
    kernel.at(context.nextDueUs, collect, this, undefined);
    this.#busy = true;
    kernel.after(random.float() * settings.catchUpMs * 1000, resume, this, undefined);
  }

  /** Collects nothing more. Contexts that are over are still sent and completed; the one under way stays open. */
  stop(): void {
    this.#stopped = true;
  }

  /** One request's readings are full. */
  collect(): void {
    const { kernel } = this.#ports;
    let context = this.#contexts.at(-1);
    if (this.#stopped || context === undefined) return;
    const waitedBefore = this.waitingContexts;
    this.#collectOne(context);
    if (context.ended) context = this.#open(kernel.nowUs, 0);
    this.#tellBacklog(waitedBefore);
    kernel.at(context.nextDueUs, collect, this, undefined);
    this.#sendNext();
  }

  resume(): void {
    this.#busy = false;
    this.#sendNext();
  }

  /** `progress` 0…1: how much of the context is over already. */
  #open(nowUs: number, progress: number): OpenContext {
    const { workload, record, settings } = this.#ports;
    const { tool } = this.profile;
    const contextSequence = ++this.#contextSequence;
    const plan = workload.plan(this.index, contextSequence);
    const elapsedUs = Math.floor(progress * durationUsOf(plan));
    const history = `${unitOf(settings.unitKind, tool, plan.chamber)}/${plan.recipe}`;
    const context = new OpenContext(
      tool,
      plan,
      contextSequence,
      this.#lastSequence.get(history) ?? 0,
      this.clock.wallUs() - elapsedUs,
      nowUs - elapsedUs,
    );
    this.#lastSequence.set(history, contextSequence);
    this.#contexts.push(context);
    const { recipe, abnormal, wafer } = plan;
    record(tool, {
      kind: 'context.started',
      tool,
      contextSequence,
      recipe,
      abnormal,
      ...(wafer === undefined ? {} : { wafer }),
    });
    return context;
  }

  #collectOne(context: OpenContext): void {
    context.collect();
    this.#heldPoints += context.pointsOf(context.collected);
    while (this.#heldPoints > this.#ports.settings.maxHeldPoints && this.#contexts.length > 1)
      this.#giveUpOldest();
  }

  #giveUpOldest(): void {
    const oldest = this.#contexts.shift();
    if (oldest === undefined) return;
    oldest.dropped = true;
    this.#attempts = 0;
    this.#heldPoints -= oldest.points;
    this.#ports.record(this.profile.tool, {
      kind: 'tool.overflow',
      tool: this.profile.tool,
      contextId: oldest.contextId,
      points: oldest.points,
    });
  }

  #sendNext(): void {
    if (this.#busy) return;
    const context = this.#contexts[0];
    if (context === undefined) return;
    const requestSequence = context.missing[0] ?? context.acknowledged + 1;
    if (requestSequence <= context.collected) this.#call(context, requestSequence);
    else if (context.ended) this.#call(context, 0);
  }

  #call(context: OpenContext, requestSequence: number): void {
    const { send, settings } = this.#ports;
    this.#busy = true;
    this.#calling = context;
    this.#callingRequest = requestSequence;
    if (requestSequence === 0) {
      context.completeAttempts++;
      const request = context.completeRequest();
      send(
        this.index,
        ingestMethods.complete,
        request,
        this.#metadata,
        settings.completeDeadlineMs,
        this.#done,
      );
      return;
    }
    this.#attempts++;
    const request = context.sendRequest(requestSequence);
    send(this.index, ingestMethods.send, request, this.#metadata, settings.sendDeadlineMs, this.#done);
  }

  readonly #done = (outcome: RpcOutcome): void => {
    const context = this.#calling;
    const requestSequence = this.#callingRequest;
    this.#calling = undefined;
    if (context === undefined) return;
    if (!context.dropped) {
      if (outcome.status !== 'OK') {
        this.#failed(context, requestSequence, outcome);
        return;
      }
      if (requestSequence === 0) this.#completed(context);
      else this.#acknowledged(context, requestSequence);
    }
    this.#attempts = 0;
    this.#busy = false;
    this.#sendNext();
  };

  #acknowledged(context: OpenContext, requestSequence: number): void {
    if (context.missing[0] === requestSequence) {
      context.missing.shift();
      return;
    }
    context.acknowledged = requestSequence;
    const { tool } = this.profile;
    this.#ports.record(tool, {
      kind: 'request.acknowledged',
      tool,
      contextId: context.contextId,
      requestSequence,
      points: context.pointsOf(requestSequence),
      attempts: this.#attempts,
    });
  }

  #completed(context: OpenContext): void {
    const { record, completed, settings } = this.#ports;
    const { contextId, contextSequence, previousSequence, points, endUs, plan } = context;
    const waitedBefore = this.waitingContexts;
    this.#contexts.shift();
    this.#heldPoints -= points;
    const { tool } = this.profile;
    const chart = context.chart(settings.unitKind);
    completed(chart);
    record(tool, {
      kind: 'context.completed',
      tool,
      unit: unitOf(settings.unitKind, tool, plan.chamber),
      contextId,
      contextSequence,
      previousSequence,
      recipe: plan.recipe,
      points,
      expectedDigest: uchartDigest(chart),
      abnormal: plan.abnormal,
      ...(plan.wafer === undefined ? {} : { wafer: plan.wafer }),
      attempts: context.completeAttempts,
      endUs,
    });
    this.#tellBacklog(waitedBefore);
  }

  #failed(context: OpenContext, requestSequence: number, outcome: RpcOutcome): void {
    const { kernel, record, settings } = this.#ports;
    const { tool } = this.profile;
    if (requestSequence === 0 && outcome.status === 'FAILED_PRECONDITION') {
      const named = outcome.metadata[ingestTrailers.missingRequests] ?? '';
      context.missing = parseRequestRanges(named, context.requestCount) ?? everyRequest(context.requestCount);
    }
    const attempt = requestSequence === 0 ? context.completeAttempts : this.#attempts;
    const fullMs = Math.min(settings.retryMaxMs, settings.retryMinMs * 2 ** Math.min(attempt - 1, 20));
    const delayMs = Math.max(Math.ceil(fullMs * (0.5 + this.#retries.float() / 2)), pushbackMs(outcome));
    record(tool, {
      kind: 'tool.retry',
      tool,
      contextId: context.contextId,
      requestSequence,
      status: outcome.status,
      attempt,
      delayMs,
    });
    kernel.after(delayMs * 1000, resume, this, undefined);
  }

  /** Says how many contexts wait, when that changed and more than one did or does. */
  #tellBacklog(before: number): void {
    const contexts = this.waitingContexts;
    if (contexts === before || Math.max(contexts, before) < 2) return;
    const { tool } = this.profile;
    this.#ports.record(tool, { kind: 'tool.backlog', tool, contexts, points: this.#heldPoints });
  }
}

function collect(tool: Tool): void {
  tool.collect();
}

function resume(tool: Tool): void {
  tool.resume();
}

function everyRequest(requestCount: number): number[] {
  return Array.from({ length: requestCount }, (_, index) => index + 1);
}

function pushbackMs(outcome: RpcOutcome): number {
  const askedMs = Number(outcome.metadata[ingestTrailers.retryPushbackMs] ?? 0);
  return askedMs > 0 ? Math.min(askedMs, longestPushbackMs) : 0;
}
