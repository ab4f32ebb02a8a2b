/** Versions of nats-server that the harness knows how to get: the two it is proven against, and later ones. */
export const serverVersions = ['2.9.10', '2.12.15', '2.14.9', '2.15.2'] as const;

export type ServerVersion = (typeof serverVersions)[number];

export function serverVersion(text: string): ServerVersion | undefined {
  return serverVersions.find((version) => version === text);
}

/** The simulated profile that a version is compared with. */
export function profileOf(version: ServerVersion): '2.9.10' | '2.12' {
  switch (version) {
    case '2.9.10':
      return '2.9.10';
    case '2.12.15':
    case '2.14.9':
    case '2.15.2':
      return '2.12';
  }
}
