import type { Assignment, AssignmentInput } from '../../system/defender/assignment/assign.ts';

/** Unit k belongs to member k modulo n: even, and nearly everything moves whenever n changes. */
export function assignByModulo(input: AssignmentInput): Assignment {
  const members = input.members.toSorted();
  const units = input.units.toSorted((left, right) => (left.unit < right.unit ? -1 : 1));
  const unitsByMember = new Map<string, string[]>(members.map((member) => [member, []]));
  const loads = new Map<string, number>(members.map((member) => [member, 0]));
  units.forEach(({ unit, weight }, index) => {
    const member = members[index % members.length] as string;
    unitsByMember.get(member)?.push(unit);
    loads.set(member, (loads.get(member) ?? 0) + weight);
  });
  const meanLoad = [...loads.values()].reduce((sum, load) => sum + load, 0) / members.length;
  return {
    unitsByMember,
    loads,
    meanLoad,
    loadMaxRatio: Math.max(...loads.values()) / meanLoad,
    loadMinRatio: Math.min(...loads.values()) / meanLoad,
    boundRelaxed: false,
  };
}
