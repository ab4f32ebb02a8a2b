import type { Scenario, ScenarioValues } from './catalog/scenario.ts';
import { ScenarioError } from './scenario-error.ts';

/** The id pool of the Defenders: 200 ids, and a rolling update needs spare ones for its surge (defender §2). */
const poolSize = 200;
/** With their surge of 25 % they use the whole pool. */
const mostDefenders = poolSize / 1.25;

/** Complete, checked values of a scenario's parameters. Throws a `ScenarioError` that says what was expected. */
export function resolveValues(
  scenario: Scenario,
  overrides: Readonly<Record<string, string>>,
): ScenarioValues {
  const given = new Map<string, number>();
  for (const [name, text] of Object.entries(overrides)) {
    const parameter = scenario.parameters.find((known) => known.name === name);
    if (parameter === undefined) {
      const known = scenario.parameters.map((entry) => entry.name).join(', ');
      throw new ScenarioError(
        `--set ${name}=${text}: ${scenario.name} has no parameter ${name}; it has ${known}`,
      );
    }
    const value = Number(text);
    const { minimum, maximum, unit } = parameter;
    if (!/^\d+$/.test(text) || value < minimum || value > maximum) {
      throw new ScenarioError(
        `--set ${name}=${text}: expected a whole number of ${unit} from ${minimum} to ${maximum}`,
      );
    }
    given.set(name, value);
  }
  const value = (name: string, derived: number): number =>
    given.get(name) ?? scenario.parameters.find((known) => known.name === name)?.default ?? derived;
  const tools = value('tools', 1500);
  const values: ScenarioValues = {
    tools,
    minutes: value('minutes', 60),
    defenders: value('defenders', Math.min(mostDefenders, Math.max(6, Math.ceil(tools / 33.4)))),
    collectors: value('collectors', Math.min(100, Math.max(2, Math.ceil(tools / 150)))),
    gateways: value('gateways', 3),
    natsNodes: value('natsNodes', 3),
    cassandraNodes: value('cassandraNodes', 6),
    replicationFactor: value('replicationFactor', 3),
  };
  refuseImpossible(values);
  return values;
}

function refuseImpossible(values: ScenarioValues): void {
  if (values.replicationFactor > values.cassandraNodes) {
    throw new ScenarioError(
      `replicationFactor=${values.replicationFactor} with cassandraNodes=${values.cassandraNodes}: expected at most as many copies as servers`,
    );
  }
  // Surge of 25 % needs ids of its own while the old ones are held.
  const needed = Math.ceil(values.defenders * 1.25);
  if (needed > poolSize) {
    throw new ScenarioError(
      `defenders=${values.defenders}: expected at most ${mostDefenders}, so that a rolling update with its surge of 25 % (${needed}) finds room in the pool of ${poolSize} ids`,
    );
  }
  if (values.defenders > values.tools) {
    throw new ScenarioError(
      `defenders=${values.defenders} with tools=${values.tools}: expected no more Defenders than tools`,
    );
  }
}
