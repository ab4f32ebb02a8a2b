import type { LiveNeed } from '../live-need.ts';
import { LiveProblem } from '../nats/index.ts';
import { cassandraVersion, checkJava, checkMaven, findCassandra, installCassandra } from './distribution.ts';
import { freeAddressBlock, nativePort } from './loopback.ts';

/** What a ring of real nodes needs of this machine; nothing is downloaded. */
export async function cassandraNeeds(): Promise<readonly LiveNeed[]> {
  const distribution = findCassandra();
  return [
    await need('java', () => checkJava()),
    await need('maven', () => checkMaven()),
    {
      name: `cassandra ${cassandraVersion}`,
      state:
        distribution === undefined
          ? { kind: 'missing', detail: 'the jars are not in the cache', command: installCassandra }
          : { kind: 'present', detail: distribution.libraries },
    },
    await need('addresses of loopback', async () => {
      const block = await freeAddressBlock(3);
      return `${block.nodeAddress(0)}:${nativePort} and its neighbours are free`;
    }),
  ];
}

/** `look` resolves to what was found. */
async function need(name: string, look: () => Promise<string>): Promise<LiveNeed> {
  try {
    return { name, state: { kind: 'present', detail: await look() } };
  } catch (error) {
    if (!(error instanceof LiveProblem)) throw error;
    return { name, state: { kind: 'missing', detail: error.problem, command: error.command } };
  }
}
