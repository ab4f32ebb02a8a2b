import { firstDifference, runOnModel, type Difference } from './comparison.ts';
import { groups } from './grouping.ts';
import { Interpreter, planName } from './interpreter.ts';
import type { Plan } from './plan.ts';
import { knownDifferences } from './known-differences.ts';
import { inParallel } from './pool.ts';
import type { Rig } from './rig.ts';
import { shrink } from './shrink.ts';
import type { NatsProfile } from '../../../sim/nats/index.ts';

/**
 * Sequences that disagree run again when all others are through, few at a time, and wait longer for what has no answer:
 * what does not come back was the machine's doing.
 */
const patiences = [1, 3, 6] as const;
const quietPlaces = 4;
/** Between the starts of the first sequences, so that their streams are not all made at once. */
const rampMs = 40;

export interface CampaignOptions {
  readonly version: NatsProfile['version'];
  readonly places: number;
  /** Shrinks so many kinds of findings. */
  readonly shrinkLimit: number;
  readonly progress: (operations: number) => void;
}

export interface Finding {
  readonly plan: Plan;
  readonly difference: Difference;
}

export interface CampaignResult {
  readonly sequences: number;
  /** Steps whose observations were compared; those after a known difference are not. */
  readonly operations: number;
  /** Sequences that disagreed once and agreed when they ran again. */
  readonly unsteady: number;
  /** Known differences met, by id. */
  readonly known: ReadonlyMap<string, number>;
  readonly findings: readonly Finding[];
  /** Ids of known differences that their witness does not show, or not any more: the entry is wrong or has to go. */
  readonly settled: readonly string[];
  /** One for each kind of finding, as small as it would get. */
  readonly shrunk: readonly Finding[];
}

/** Runs plans on the model and on a server, so many at a time, and compares what each step saw. */
export class Campaign {
  readonly #rig: Rig;
  readonly #options: CampaignOptions;
  readonly #known = new Map<string, number>();
  readonly #findings: Finding[] = [];
  #operations = 0;
  #sequences = 0;
  #unsteady = 0;
  #names = 0;

  constructor(rig: Rig, options: CampaignOptions) {
    this.#rig = rig;
    this.#options = options;
  }

  async run(plans: readonly Plan[]): Promise<CampaignResult> {
    const { places, progress } = this.#options;
    const again: Plan[] = [];
    await inParallel(
      plans,
      places,
      async (plan, index) => {
        if (index < places) await this.#rig.sleep(index * rampMs);
        const difference = await this.#difference(plan, 1);
        if (difference !== undefined && difference.known === undefined) again.push(plan);
        else this.#note(plan, difference);
      },
      () => progress(this.#operations),
    );
    await inParallel(
      again,
      quietPlaces,
      async (plan) => {
        const difference = await this.#steadyDifference(plan);
        if (difference === undefined) this.#unsteady++;
        this.#note(plan, difference);
      },
      () => progress(this.#operations),
    );
    const shrunk: Finding[] = [];
    for (const [, [first]] of groups(this.#findings).slice(0, this.#options.shrinkLimit)) {
      if (first !== undefined) shrunk.push(await this.#shrink(first));
    }
    return {
      sequences: this.#sequences,
      operations: this.#operations,
      unsteady: this.#unsteady,
      known: this.#known,
      findings: this.#findings,
      settled: await this.#settled(),
      shrunk,
    };
  }

  async #settled(): Promise<readonly string[]> {
    const { version } = this.#options;
    const ids: string[] = [];
    for (const { id, witness, profiles } of knownDifferences) {
      if (witness === undefined || !profiles.includes(version)) continue;
      if ((await this.#steadyDifference(witness))?.known?.id !== id) ids.push(id);
    }
    return ids;
  }

  #note(plan: Plan, difference: Difference | undefined): void {
    this.#sequences++;
    if (difference === undefined) {
      this.#operations += plan.steps.length;
      return;
    }
    this.#operations += Math.max(0, difference.place);
    const { known } = difference;
    if (known === undefined) this.#findings.push({ plan, difference });
    else this.#known.set(known.id, (this.#known.get(known.id) ?? 0) + 1);
  }

  /** A difference that comes back whenever the sequence runs. */
  async #steadyDifference(plan: Plan): Promise<Difference | undefined> {
    let met: Difference | undefined;
    for (const patience of patiences) {
      met = await this.#difference(plan, patience);
      if (met?.known !== undefined || met === undefined) return met;
    }
    return met;
  }

  async #difference(plan: Plan, patience: number): Promise<Difference | undefined> {
    const { version } = this.#options;
    const model = await runOnModel(plan, version);
    const server = await new Interpreter(this.#rig, plan, planName(this.#names++), patience).run();
    return firstDifference(plan, version, model, server.observations);
  }

  async #shrink({ plan, difference }: Finding): Promise<Finding> {
    const fails = async (candidate: Plan): Promise<boolean> =>
      (await this.#steadyDifference(candidate))?.known === undefined &&
      (await this.#steadyDifference(candidate)) !== undefined;
    const cut = { ...plan, steps: plan.steps.slice(0, difference.place + 1) };
    const smallest = await shrink((await fails(cut)) ? cut : plan, fails);
    return { plan: smallest, difference: (await this.#steadyDifference(smallest)) ?? difference };
  }
}
