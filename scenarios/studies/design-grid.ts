import { suggestion } from '../../chaos/nearest.ts';
import { defaultDefenderSettings } from '../../system/defender/settings.ts';
import { ScenarioError } from '../scenario-error.ts';
import { applyDesign, brokenRules, designSettings, type Design } from './design-setting.ts';

const mostCells = 1_000;

/**
 * Every combination of the varied values, the last setting fastest, from texts such as `ackWaitMs=10000,30000`. Throws a
 * `ScenarioError` for an unknown setting, a value out of range or twice, and a combination that breaks the protocol.
 */
export function designGrid(varied: readonly string[]): readonly Design[] {
  let grid: readonly Design[] = [{}];
  const names: string[] = [];
  for (const text of varied) {
    const { name, values } = parseVaried(text);
    if (names.includes(name)) throw new ScenarioError(`--vary ${text}: expected each setting once`);
    names.push(name);
    grid = grid.flatMap((design) => values.map((value) => ({ ...design, [name]: value })));
    if (grid.length > mostCells) {
      throw new ScenarioError(`--vary: ${grid.length} combinations; expected at most ${mostCells}`);
    }
  }
  if (names.length === 0) {
    throw new ScenarioError('--vary: expected at least one setting, for example heartbeatMs=1000,2000,5000');
  }
  for (const design of grid) {
    const [broken] = brokenRules(applyDesign(defaultDefenderSettings('blue', '', []), design), 1);
    if (broken !== undefined) throw new ScenarioError(`--vary: ${broken}`);
  }
  return grid;
}

function parseVaried(text: string): { readonly name: string; readonly values: readonly number[] } {
  const equals = text.indexOf('=');
  if (equals <= 0) {
    throw new ScenarioError(`--vary ${text}: expected name=value,value,…, for example ackWaitMs=10000,30000`);
  }
  const name = text.slice(0, equals);
  const parts = text.slice(equals + 1).split(',');
  const values = parts.map((part) => designValue(`--vary ${text}`, name, part));
  if (new Set(values).size < values.length) {
    throw new ScenarioError(`--vary ${text}: expected each value once`);
  }
  return { name, values };
}

/** Settings of the Defenders from texts such as `heartbeatMs=5000`. Throws a `ScenarioError` that says what was expected. */
export function parseDesign(flag: string, pairs: readonly string[]): Design {
  const design: Record<string, number> = {};
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    if (equals <= 0)
      throw new ScenarioError(`${flag} ${pair}: expected name=value, for example drainMs=18000`);
    const name = pair.slice(0, equals);
    design[name] = designValue(`${flag} ${pair}`, name, pair.slice(equals + 1));
  }
  return design;
}

/** `given` is what stands before a complaint. */
function designValue(given: string, name: string, text: string): number {
  const setting = designSettings.find((candidate) => candidate.name === name);
  if (setting === undefined) {
    const known = designSettings.map((candidate) => candidate.name);
    throw new ScenarioError(
      `${given}: no setting ${name}${suggestion(name, known)}; expected one of ${known.join(', ')}`,
    );
  }
  const { minimum, maximum, unit } = setting;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= minimum && value <= maximum) return value;
  throw new ScenarioError(
    `${given}: ${text === '' ? 'an empty value' : text} does not fit; expected whole ${unit} from ${minimum} to ${maximum}`,
  );
}
