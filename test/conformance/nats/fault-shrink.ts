import type { FaultPlan } from './fault-plan.ts';
import type { FaultOutcome } from './fault-run.ts';

/** Runs in all: each takes most of a minute on real servers. */
const runLimit = 24;
/** Moments differ from run to run: a plan fails where one of so many runs does. */
const attempts = 2;

/**
 * Leaves out watches, phases, actors and commands, and shortens faults, as long as the plan still fails. Gives the
 * smallest plan that did, with how it went.
 */
export async function smallestPlan(
  plan: FaultPlan,
  run: (plan: FaultPlan) => Promise<FaultOutcome>,
  fails: (outcome: FaultOutcome) => boolean,
): Promise<{ readonly plan: FaultPlan; readonly outcome?: FaultOutcome }> {
  let smallest: { readonly plan: FaultPlan; readonly outcome?: FaultOutcome } = { plan };
  let runs = 0;
  const failure = async (candidate: FaultPlan): Promise<FaultOutcome | undefined> => {
    for (let attempt = 0; attempt < attempts && runs < runLimit; attempt++) {
      runs++;
      const outcome = await run(candidate);
      if (fails(outcome)) return outcome;
    }
    return undefined;
  };
  for (let progress = true; progress;) {
    progress = false;
    for (const candidate of smaller(smallest.plan)) {
      const outcome = await failure(candidate);
      if (outcome === undefined) continue;
      smallest = { plan: candidate, outcome };
      progress = true;
      break;
    }
  }
  return smallest;
}

function* smaller(plan: FaultPlan): Generator<FaultPlan> {
  const { actors, phases } = plan;
  if (phases.length > 1) for (const rest of without(phases)) yield { ...plan, phases: rest };
  if (plan.watches > 0) yield { ...plan, watches: 0 };
  for (const rest of without(actors)) yield { ...plan, actors: rest };
  for (const [place, actor] of actors.entries()) {
    if (actor.commands.length < 2) continue;
    for (const commands of without(actor.commands))
      yield { ...plan, actors: replaced(actors, place, { ...actor, commands }) };
  }
  for (const [place, phase] of phases.entries()) {
    const lastsMs = Math.ceil(phase.lastsMs / 2);
    if (lastsMs >= 500) yield { ...plan, phases: replaced(phases, place, { ...phase, lastsMs }) };
  }
}

function without<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  return items.map((_, place) => items.filter((_item, other) => other !== place));
}

function replaced<Item>(items: readonly Item[], place: number, item: Item): readonly Item[] {
  return items.map((present, other) => (other === place ? item : present));
}
