/** Where the parts of routing meet each other over HTTP. */
export const managementPort = 8080;
export const rolloutPort = 8081;
export const gatewayControlPort = 8080;
export const gatewayRpcPort = 9000;

export const managementPaths = {
  canary: '/api/v1/routing/canary',
  stable: '/api/v1/routing/stable',
  update: '/api/v1/routing/update',
  promote: '/api/v1/routing/promote',
  snapshot: '/api/v1/routing/snapshot',
  gateways: '/api/v1/routing/gateways',
  approval: '/api/v1/routing/approval',
  proposal: '/api/v1/routing/proposal',
  audit: '/api/v1/routing/audit',
  quarantine: '/api/v1/routing/quarantine',
  openApi: '/api/v1/routing/openapi.json',
} as const;

export const gatewayPaths = { routing: '/internal/routing', refused: '/internal/routing/refused' } as const;

export const rolloutPaths = {
  rollout: '/api/v1/rollout',
  rollback: '/api/v1/rollout/rollback',
  resume: '/api/v1/rollout/resume',
} as const;
