import { faultKinds, findFaultKind } from './catalogue.ts';
import type { FaultKind } from './fault.ts';
import { readJson, type JsonMember, type JsonNode, type Place } from './json-document.ts';
import { findMoment, moments, routingMoments } from './moment.ts';
import { suggestion } from './nearest.ts';
import { accepts, describeExpected } from './parameter.ts';
import {
  momentDefaults,
  momentLimits,
  momentTargets,
  type MomentTarget,
  type PlannedMoment,
} from './planned-moment.ts';
import { planLimits, type Plan, type PlannedFault } from './plan.ts';
import { isAimable } from './target-group.ts';

/** What is wrong with a plan, and where. `line` and `column` count from 1. */
export interface PlanError extends Place {
  readonly file: string;
  readonly message: string;
  readonly expected: string;
}

export type PlanOutcome =
  | { readonly ok: true; readonly plan: Plan }
  /** In the order of the file, at most `reportedErrors`. */
  | { readonly ok: false; readonly errors: readonly PlanError[] };

export const reportedErrors = 20;

const idPattern = /^[A-Za-z0-9._-]{1,64}$/;
const planMembers = ['version', 'faults'];
const faultMembers = ['id', 'kind', 'parameters', 'startMs', 'endMs', 'at'];
const momentMembers = ['moment', 'occurrence', 'delayMs', 'target', 'durationMs'];

/** Reads a plan from JSON text, strictly: whatever is unknown, missing or out of range is an error with its place. */
export function parsePlan(text: string, file: string): PlanOutcome {
  if (text.length > planLimits.bytes) {
    const message = `the plan has ${text.length} characters`;
    return {
      ok: false,
      errors: [{ file, line: 1, column: 1, message, expected: `at most ${planLimits.bytes}` }],
    };
  }
  const json = readJson(text);
  if (!json.ok) return { ok: false, errors: [{ file, ...json.problem }] };
  const reader = new PlanReader(file);
  const faults = reader.plan(json.root);
  if (reader.errors.length > 0) return { ok: false, errors: reader.errors };
  return { ok: true, plan: { version: 1, faults } };
}

/** `file:line:column: message (expected …)`. */
export function formatPlanError(error: PlanError): string {
  return `${error.file}:${error.line}:${error.column}: ${error.message} (expected ${error.expected})`;
}

class PlanReader {
  readonly errors: PlanError[] = [];
  readonly #file: string;
  readonly #ids = new Set<string>();

  constructor(file: string) {
    this.#file = file;
  }

  plan(root: JsonNode): readonly PlannedFault[] {
    const members = this.#object(root, 'the plan', planMembers);
    if (members === undefined) return [];
    const version = this.#required(root, members, 'version', 'the plan');
    if (version !== undefined && !(version.type === 'scalar' && version.value === 1)) {
      this.#report(version.place, 'this version of plans is not known', '"version": 1');
    }
    const faults = this.#required(root, members, 'faults', 'the plan');
    if (faults === undefined) return [];
    if (faults.type !== 'array') {
      this.#report(faults.place, '"faults" is not a list', 'a list of faults');
      return [];
    }
    if (faults.items.length > planLimits.faults) {
      this.#report(faults.place, `${faults.items.length} faults`, `at most ${planLimits.faults}`);
      return [];
    }
    return faults.items.flatMap((item) => this.#fault(item) ?? []);
  }

  #fault(node: JsonNode): PlannedFault | undefined {
    const members = this.#object(node, 'a fault', faultMembers);
    if (members === undefined) return undefined;
    const id = this.#id(this.#required(node, members, 'id', 'a fault'));
    const kind = this.#kind(this.#required(node, members, 'kind', 'a fault'));
    const pinned = members.get('at');
    const at = pinned === undefined ? undefined : this.#moment(pinned.value, kind);
    const startMs =
      pinned !== undefined && !members.has('startMs')
        ? 0
        : this.#time(this.#required(node, members, 'startMs', 'a fault'), 'startMs');
    const end = members.get('endMs');
    if (end !== undefined && pinned !== undefined) {
      this.#report(end.keyPlace, 'a fault at a moment has no "endMs"', '"durationMs" in "at"');
    }
    const endMs = end === undefined ? undefined : this.#time(end.value, 'endMs');
    if (end !== undefined && pinned === undefined && kind?.instant === true) {
      this.#report(end.keyPlace, `${kind.kind} is one act and has no end`, 'no "endMs"');
    }
    if (end !== undefined && startMs !== undefined && endMs !== undefined && endMs <= startMs) {
      this.#report(
        end.value.place,
        `the end (${endMs} ms) is not after the start (${startMs} ms)`,
        `more than ${startMs}`,
      );
    }
    const given = members.get('parameters');
    const parameters = given === undefined || kind === undefined ? {} : this.#parameters(given.value, kind);
    if (id === undefined || kind === undefined || startMs === undefined) return undefined;
    return {
      id,
      kind: kind.kind,
      parameters,
      startMs,
      ...(endMs === undefined ? {} : { endMs }),
      ...(at === undefined ? {} : { at }),
    };
  }

  #moment(node: JsonNode, kind: FaultKind | undefined): PlannedMoment | undefined {
    const members = this.#object(node, '"at"', momentMembers);
    if (members === undefined) return undefined;
    const moment = this.#momentName(this.#required(node, members, 'moment', '"at"'));
    const { occurrence: first, delayMs: none } = momentDefaults;
    const occurrence = this.#whole(members.get('occurrence'), first, 1, momentLimits.occurrence);
    const delayMs = this.#whole(members.get('delayMs'), none, 0, momentLimits.delayMs);
    const target = this.#momentTarget(members.get('target'), kind);
    const duration = members.get('durationMs');
    const durationMs = this.#whole(duration, 1, 1, planLimits.timeMs);
    if (duration !== undefined && kind?.instant === true) {
      this.#report(duration.keyPlace, `${kind.kind} is one act and has no duration`, 'no "durationMs"');
    }
    if (moment === undefined) return undefined;
    return { moment, occurrence, delayMs, target, ...(duration === undefined ? {} : { durationMs }) };
  }

  #momentName(node: JsonNode | undefined): string | undefined {
    if (node === undefined) return undefined;
    const name = node.type === 'scalar' && typeof node.value === 'string' ? node.value : undefined;
    if (name !== undefined && findMoment(name) !== undefined) return name;
    const known = [...moments, ...routingMoments].map((candidate) => candidate.name);
    this.#report(
      node.place,
      name === undefined
        ? '"moment" is not a text'
        : `unknown moment ${JSON.stringify(name.slice(0, 100))}${suggestion(name, known)}`,
      `one of ${known.join(', ')}`,
    );
    return undefined;
  }

  #momentTarget(member: JsonMember | undefined, kind: FaultKind | undefined): MomentTarget {
    if (member === undefined) return momentDefaults.target;
    const { value } = member;
    const target = momentTargets.find((known) => value.type === 'scalar' && value.value === known);
    if (target === undefined) {
      this.#report(value.place, '"target" is no target of a moment', `one of ${momentTargets.join(', ')}`);
    } else if (target !== 'drawn' && kind !== undefined && !isAimable(kind)) {
      this.#report(value.place, `${kind.kind} cannot be pointed at a pod`, '"drawn"');
    }
    return target ?? momentDefaults.target;
  }

  #whole(member: JsonMember | undefined, otherwise: number, low: number, high: number): number {
    if (member === undefined) return otherwise;
    const value = member.value.type === 'scalar' ? member.value.value : undefined;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= low && value <= high) {
      return value;
    }
    const expected = `a whole number from ${low} to ${high}`;
    this.#report(member.value.place, `"${member.key}" does not fit`, expected);
    return otherwise;
  }

  #id(node: JsonNode | undefined): string | undefined {
    if (node === undefined) return undefined;
    if (node.type !== 'scalar' || typeof node.value !== 'string' || !idPattern.test(node.value)) {
      this.#report(node.place, '"id" is not a name', 'a text of 1 to 64 letters, digits and . _ -');
      return undefined;
    }
    if (this.#ids.has(node.value)) {
      this.#report(node.place, `the id ${node.value} stands twice`, 'an id of its own for each fault');
      return undefined;
    }
    this.#ids.add(node.value);
    return node.value;
  }

  #kind(node: JsonNode | undefined): FaultKind | undefined {
    if (node === undefined) return undefined;
    const name = node.type === 'scalar' && typeof node.value === 'string' ? node.value : undefined;
    const kind = name === undefined ? undefined : findFaultKind(name);
    if (kind === undefined) {
      const known = faultKinds.map((candidate) => candidate.kind);
      this.#report(
        node.place,
        name === undefined
          ? '"kind" is not a text'
          : `unknown fault ${JSON.stringify(name.slice(0, 100))}${suggestion(name, known)}`,
        'a kind that `scenario faults` lists',
      );
    }
    return kind;
  }

  #time(node: JsonNode | undefined, name: string): number | undefined {
    if (node === undefined) return undefined;
    const value = node.type === 'scalar' ? node.value : undefined;
    if (
      typeof value === 'number' &&
      Number.isSafeInteger(value) &&
      value >= 0 &&
      value <= planLimits.timeMs
    ) {
      return value;
    }
    this.#report(
      node.place,
      `"${name}" is not a time of the run`,
      `a whole number of milliseconds from 0 to ${planLimits.timeMs}`,
    );
    return undefined;
  }

  #parameters(node: JsonNode, kind: FaultKind): Record<string, unknown> {
    const names = kind.parameters.map((parameter) => parameter.name);
    const members = this.#object(node, `the parameters of ${kind.kind}`, names, 'parameter');
    const values: Record<string, unknown> = {};
    if (members === undefined) return values;
    for (const parameter of kind.parameters) {
      const member = members.get(parameter.name);
      if (member === undefined) continue;
      const value: unknown = member.value.type === 'scalar' ? member.value.value : undefined;
      if (accepts(parameter, value)) values[parameter.name] = value;
      else {
        const message = `parameter ${parameter.name} of ${kind.kind} does not fit`;
        this.#report(member.value.place, message, describeExpected(parameter));
      }
    }
    return values;
  }

  #object(
    node: JsonNode,
    what: string,
    known: readonly string[],
    noun = 'member',
  ): ReadonlyMap<string, JsonMember> | undefined {
    if (node.type !== 'object') {
      this.#report(node.place, `${what} is not an object`, `an object`);
      return undefined;
    }
    for (const { key, keyPlace } of node.members) {
      if (known.includes(key)) continue;
      this.#report(
        keyPlace,
        `unknown ${noun} ${JSON.stringify(key.slice(0, 100))} of ${what}${suggestion(key, known)}`,
        known.length === 0 ? `no ${noun}` : known.join(', '),
      );
    }
    return new Map(node.members.map((member) => [member.key, member]));
  }

  #required(
    parent: JsonNode,
    members: ReadonlyMap<string, JsonMember>,
    name: string,
    what: string,
  ): JsonNode | undefined {
    const member = members.get(name);
    if (member === undefined) this.#report(parent.place, `${what} has no "${name}"`, `"${name}"`);
    return member?.value;
  }

  #report(place: Place, message: string, expected: string): void {
    if (this.errors.length < reportedErrors)
      this.errors.push({ file: this.#file, ...place, message, expected });
  }
}
