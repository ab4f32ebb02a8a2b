import type { MetricResult } from '../lint/condition/evaluate.ts';
import { durationMs } from '../../sim/prometheus/promql/lexer.ts';

/** What a metric's query gives from a time on: values (one for each series), or an error of the provider. */
export interface ScriptedAnswer {
  readonly fromMs: number;
  readonly answer:
    | { readonly kind: 'values'; readonly values: readonly MetricResult[] }
    | { readonly kind: 'error'; readonly message: string };
}

export type UserAct = 'abort' | 'retry' | 'promote' | 'promote-full' | 'terminate';

export type LossRole = 'canary' | 'stable' | 'experiment';

export interface ScheduledAct {
  readonly atMs: number;
  readonly act: UserAct;
}

/** Pods of one version, or of every template of an experiment, that are not available for a while. */
export interface PodLoss {
  readonly role: LossRole;
  readonly pods: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** What happens to the rollout from outside. */
export interface DryRunScript {
  /** By `metric`, or by `analysis/metric` for one analysis of an experiment. */
  readonly metrics: ReadonlyMap<string, readonly ScriptedAnswer[]>;
  readonly acts: readonly ScheduledAct[];
  readonly losses: readonly PodLoss[];
  readonly podReadyMs: number;
  readonly horizonMs: number;
}

/** A text of the script that cannot be read; the message says what was expected. */
export class ScriptProblem extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ScriptProblem';
  }
}

/** `error-rate=0.001,0.03@12m,nan@20m`: values from the start and from later times on. Throws a `ScriptProblem`. */
export function parseMeasure(text: string): readonly [string, readonly ScriptedAnswer[]] {
  const match = /^([^=]+)=(.+)$/.exec(text);
  if (match === null)
    throw new ScriptProblem(`--measure ${text}: expected METRIC=VALUE or METRIC=VALUE,VALUE@12m`);
  const [, name = '', list = ''] = match;
  const answers = list.split(',').map((part): ScriptedAnswer => {
    const [value = '', at] = part.split('@');
    return { fromMs: at === undefined ? 0 : timeMs('--measure', at), answer: answerOf(value.trim()) };
  });
  return [name, answers.toSorted((left, right) => left.fromMs - right.fromMs)];
}

function answerOf(text: string): ScriptedAnswer['answer'] {
  if (text === 'error') return { kind: 'error', message: 'HTTP 503' };
  if (text === 'empty') return { kind: 'values', values: [] };
  return { kind: 'values', values: [valueOf(text)] };
}

function valueOf(text: string): MetricResult {
  if (text === 'nan') return Number.NaN;
  if (text === 'inf') return Infinity;
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?\d+(\.\d+)?(e-?\d+)?$/i.test(text) ? Number(text) : text;
}

/** `5m=abort`. Throws a `ScriptProblem`. */
export function parseAct(text: string): ScheduledAct {
  const [at = '', act = ''] = text.split('=');
  switch (act) {
    case 'abort':
    case 'retry':
    case 'promote':
    case 'promote-full':
    case 'terminate':
      return { atMs: timeMs('--at', at), act };
    default:
      throw new ScriptProblem(
        `--at ${text}: expected TIME=abort, retry, promote, promote-full or terminate (of experiments)`,
      );
  }
}

/** `stable=1@5m..7m`. Throws a `ScriptProblem`. */
export function parseLoss(text: string): PodLoss {
  const match = /^(canary|stable|experiment)=(\d+)@([^.]+)\.\.(.+)$/.exec(text);
  if (match === null) throw new ScriptProblem(`--lose ${text}: expected stable=1@5m..7m`);
  const [, role, pods, from = '', to = ''] = match;
  const loss = { fromMs: timeMs('--lose', from), toMs: timeMs('--lose', to) };
  if (loss.toMs <= loss.fromMs)
    throw new ScriptProblem(`--lose ${text}: the end must be later than the start`);
  return { role: roleOf(role), pods: Number(pods), ...loss };
}

function roleOf(text: string | undefined): LossRole {
  return text === 'canary' || text === 'experiment' ? text : 'stable';
}

/** A duration of the command line, in milliseconds; throws a `ScriptProblem`. */
export function timeMs(flag: string, text: string): number {
  const length = text.trim() === '0' ? 0 : durationMs(text.trim());
  if (length === undefined) throw new ScriptProblem(`${flag} ${text}: expected a time such as 90s or 12m`);
  return length;
}
