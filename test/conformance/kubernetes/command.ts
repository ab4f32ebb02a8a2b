import { parseArgs } from 'node:util';
import { LiveProblem } from '../../../chaos/live/nats/index.ts';
import { installServers } from './live/server-binaries.ts';
import { serve } from './live/serve.ts';

const usage = 'npm run conformance -- kubernetes [--install | --serve [--ready-after MS]]';

const exitCodes = { agreed: 0, disagreed: 1, skipped: 2, badInput: 104 } as const;

/** The model of Kubernetes against the real controllers. Resolves to the exit code. */
export async function run(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      install: { type: 'boolean', default: false },
      serve: { type: 'boolean', default: false },
      'ready-after': { type: 'string', default: '1000' },
    },
  });
  try {
    if (values.install) {
      await installServers();
      return exitCodes.agreed;
    }
    if (values.serve) {
      await serve(Number(values['ready-after']));
      return exitCodes.agreed;
    }
    console.error(usage);
    return exitCodes.badInput;
  } catch (error) {
    if (!(error instanceof LiveProblem)) throw error;
    console.error(`skipped: ${error.message}`);
    return exitCodes.skipped;
  }
}
