import { faultKinds } from '../../chaos/catalogue.ts';
import { describeExpected } from '../../chaos/parameter.ts';
import { suggestion } from '../../chaos/nearest.ts';
import { catalog } from '../catalog/index.ts';
import { rules } from '../invariants/index.ts';
import { plants } from '../plants/index.ts';
import { InputError } from './input-error.ts';

/** `list`: scenarios with their values, rules and planted bugs. Runs nothing. */
export function listCommand(json: boolean): void {
  if (json) {
    const scenarios = catalog.map(({ name, summary, tags, parameters, knownRed }) => ({
      name,
      summary,
      tags,
      parameters,
      knownRed,
    }));
    const known = {
      scenarios,
      rules: rules.map(({ id, title, kind, source }) => ({ id, title, kind, source })),
      plants: plants.map(({ name, summary, rule, scenario }) => ({ name, summary, rule, scenario })),
    };
    process.stdout.write(`${JSON.stringify(known, undefined, 2)}\n`);
    return;
  }
  const scenarioWidth = widthOf(catalog.map(({ name }) => name));
  const lines = [
    'SCENARIOS',
    ...catalog.map(
      ({ name, summary, tags, knownRed }) =>
        `  ${name.padEnd(scenarioWidth)} ${summary}  [${tags.join(', ')}]${knownRed === undefined ? '' : ' known red'}`,
    ),
  ];
  lines.push('', 'VALUES (--set name=value)');
  for (const { name, unit, minimum, maximum, doc } of catalog[0]?.parameters ?? []) {
    lines.push(`  ${name.padEnd(18)} ${doc} (${unit}, ${minimum} to ${maximum})`);
  }
  lines.push('', 'RULES', ...rules.map(({ id, title }) => `  ${id.padEnd(26)} ${title}`));
  const plantWidth = widthOf(plants.map(({ name }) => name));
  const ruleWidth = widthOf(rules.map(({ id }) => id));
  lines.push(
    '',
    'PLANTED BUGS (--plant name)',
    ...plants.map(
      ({ name, rule, summary }) => `  ${name.padEnd(plantWidth)} ${rule.padEnd(ruleWidth)} ${summary}`,
    ),
  );
  process.stdout.write(`${lines.join('\n')}\n`);
}

function widthOf(names: readonly string[]): number {
  return names.reduce((width, name) => Math.max(width, name.length), 0) + 1;
}

/** `faults`: the catalogue, or one kind in full. Throws an `InputError` for an unknown kind. */
export function faultsCommand(name: string | undefined, json: boolean): void {
  const names = faultKinds.map((kind) => kind.kind);
  const chosen = name === undefined ? faultKinds : faultKinds.filter((kind) => kind.kind === name);
  if (name !== undefined && chosen.length === 0) {
    throw new InputError(
      `unknown fault ${name}${suggestion(name, names)}; expected one of ${names.join(', ')}`,
    );
  }
  if (json) {
    const known = chosen.map(({ kind, summary, effect, live, rulesUsuallyHit, instant, parameters }) => ({
      kind,
      summary,
      effect,
      live,
      rulesUsuallyHit,
      instant,
      parameters,
    }));
    process.stdout.write(`${JSON.stringify(known, undefined, 2)}\n`);
    return;
  }
  if (name === undefined) {
    for (const kind of chosen) process.stdout.write(`${kind.kind.padEnd(26)} ${kind.summary}\n`);
    return;
  }
  for (const kind of chosen) {
    const lines = [
      `${kind.kind}: ${kind.summary}`,
      '',
      `simulated  ${kind.effect}`,
      `live       ${kind.live}`,
      `rules      ${kind.rulesUsuallyHit.join(', ')}`,
      `form       ${kind.instant ? 'one act (startMs, or at)' : 'lasts from startMs to endMs, or from at'}`,
      'parameters',
      ...kind.parameters.map(
        (parameter) =>
          `  ${parameter.name.padEnd(14)} ${parameter.doc}; ${describeExpected(parameter)}, default ${parameter.default}`,
      ),
    ];
    process.stdout.write(`${lines.join('\n')}\n`);
  }
}
