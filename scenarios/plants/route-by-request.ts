import { otherColour } from '../../system/ports/colour.ts';
import type { GatewayPolicies } from '../../system/routing/gateway/settings.ts';
import type { Plant } from './plant.ts';

function splitting(colourOf: GatewayPolicies['colourOf']): GatewayPolicies['colourOf'] {
  let count = 0;
  return (list, tool) => {
    const colour = colourOf(list, tool);
    return ++count % 10 === 0 ? otherColour(colour) : colour;
  };
}

/** Breaks `routing.one-colour`. */
export const routeByRequest: Plant = {
  name: 'route-by-request',
  summary: 'the gateway sends every tenth request of a stable tool to the canary',
  rule: 'routing.one-colour',
  scenario: 'release-quiet',
  overrides: { tools: '150', minutes: '40' },
  customisation: {
    gateway: (settings) => ({
      ...settings,
      policies: { ...settings.policies, colourOf: splitting(settings.policies.colourOf) },
    }),
  },
};
