import type { Plant } from './plant.ts';

/** Breaks `rollback.bound`. */
export const slowList: Plant = {
  name: 'slow-list',
  summary: 'gateways refuse pushed lists and ask only every minute',
  rule: 'rollback.bound',
  scenario: 'rollback-drill',
  overrides: { tools: '150', minutes: '130' },
  customisation: {
    gateway: (settings) => ({ ...settings, refreshMs: 60_000 }),
    ports: (component, ports) =>
      component === 'management'
        ? {
            ...ports,
            http: {
              serve: (port, handler) => ports.http.serve(port, handler),
              request: (authority, request, timeoutMs) =>
                request.path.startsWith('/internal/routing')
                  ? Promise.resolve({ status: 503, body: '{}' })
                  : ports.http.request(authority, request, timeoutMs),
            },
          }
        : ports,
  },
};
