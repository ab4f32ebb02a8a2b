import { Lab } from '../patterns/lab.ts';
import { patternNamed } from '../patterns/index.ts';
import type { Schedule } from '../patterns/schedule.ts';
import { schedules } from '../patterns/schedules/index.ts';
import { ScenarioError } from '../scenario-error.ts';
import { goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

const fewTools = 10;
/** What a schedule's own ring needs after its last act. */
const restMinutes = 1;

/**
 * The sixteen schedules of cassandra-and-live §2.2 as scenarios: beside a small fab a ring of its own, on which the write
 * pattern that survives is put through the schedule; a planted bug puts a weaker pattern in its place.
 */
export const cassandraSchedules: readonly Scenario[] = schedules.map(scenarioOf);

function scenarioOf(schedule: Schedule): Scenario {
  const minutes = Math.max(10, schedule.minutes + restMinutes);
  return {
    name: `cassandra-${schedule.name}`,
    summary: `${schedule.summary}; breaks ${schedule.rule} under ${schedule.breaks}, ${schedule.survivor} survives`,
    tags: ['faults', 'cassandra', 'patterns'],
    parameters: parametersOf(minutes).map((parameter) => {
      if (parameter.name === 'tools') return { ...parameter, default: fewTools };
      // A schedule has its own length: it cannot be cut short.
      return parameter.name === 'minutes' ? { ...parameter, minimum: minutes } : parameter;
    }),
    setUp({ minutes: given }) {
      return {
        durationMs: given * minuteMs,
        bothColours: false,
        fixedFaults: [],
        goals: [goal('a job was judged', 'pattern.observed')],
        begin(world, asked) {
          // A name that is no write pattern is that of a bug elsewhere.
          const weaker = asked === undefined ? undefined : patternNamed(asked);
          const pattern = weaker ?? patternNamed(schedule.survivor);
          if (pattern === undefined) throw new ScenarioError(`no write pattern ${schedule.survivor}`);
          const lab = new Lab(
            world.kernel,
            world.network,
            schedule.name,
            pattern,
            schedule.options,
            (observation) => world.history.record('lab', observation),
          );
          lab.play(schedule);
        },
      };
    },
  };
}
