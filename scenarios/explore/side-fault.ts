import { faultKinds } from '../../chaos/catalogue.ts';
import type { FaultKind } from '../../chaos/fault.ts';
import { otherColour, type Colour } from '../../system/ports/colour.ts';

/** A fault that is active while the rollback is ordered; the colour is chosen when it is known which one is canary. */
export interface SideFault {
  readonly name: string;
  readonly kind: FaultKind;
  readonly parameters: Readonly<Record<string, string>>;
  /** Role of the colour that is hit; undefined for kinds without one. */
  readonly role: 'canary' | 'stable' | undefined;
}

/** Parameters whose every value is a fault of its own; all else has the default of its kind. */
const spread = ['component', 'path', 'how'];

/** People's acts; what conditions cover; readiness, which has scenarios of its own and stops no process. */
const leftOut = ['operator.', 'gateway.cut-management', 'kubelet.'];

/** Each kind of the catalogue in each of its variants, apart from those that are left out. */
export const sideFaults: readonly SideFault[] = faultKinds
  .filter(({ kind }) => !leftOut.some((area) => kind.startsWith(area)))
  .flatMap((kind) => variantsOf(kind));

function variantsOf(kind: FaultKind): SideFault[] {
  let variants: Record<string, string>[] = [{}];
  for (const parameter of kind.parameters) {
    if (parameter.type !== 'choice' || !spread.includes(parameter.name)) continue;
    variants = variants.flatMap((variant) =>
      parameter.choices.map((choice) => ({ ...variant, [parameter.name]: choice })),
    );
  }
  const isColoured = kind.parameters.some(({ name }) => name === 'colour');
  return variants.flatMap((parameters) => {
    const roles = isColoured && touchesColour(parameters) ? (['canary', 'stable'] as const) : [undefined];
    return roles.map((role) => ({
      name: [kind.kind, ...Object.values(parameters), ...(role === undefined ? [] : [role])].join('-'),
      kind,
      parameters,
      role,
    }));
  });
}

/** Components and links that both colours share are hit alike whatever colour is named. */
function touchesColour({ component, path }: Readonly<Record<string, string>>): boolean {
  const part = component ?? path;
  return part === undefined || /collector|defender|nats/.test(part);
}

/** Values for a plan, where `canary` is the colour that the release runs on. */
export function parametersFor({ parameters, role }: SideFault, canary: Colour): Record<string, string> {
  if (role === undefined) return { ...parameters };
  return { ...parameters, colour: role === 'canary' ? canary : otherColour(canary) };
}
