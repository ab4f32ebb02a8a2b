import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Guard } from '../../../../chaos/live/nats/guard.ts';
import { LiveProblem } from '../../../../chaos/live/nats/index.ts';
import { NamespaceLinks } from '../../../../chaos/live/nats/namespace-links.ts';

/** Why network namespaces cannot be made on this machine; undefined: they can. */
export const namespacesMissing: string | undefined = await tried();

async function tried(): Promise<string | undefined> {
  const guard = new Guard(mkdtempSync(join(tmpdir(), 'tfdc-namespaces-')));
  try {
    NamespaceLinks.open(1, guard);
    return undefined;
  } catch (error) {
    if (!(error instanceof LiveProblem)) throw error;
    console.warn(`skipped: tests with network namespaces: ${error.message}`);
    return error.message;
  } finally {
    await guard.end();
  }
}
