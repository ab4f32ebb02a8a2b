#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { compileCache } from './compile-cache.ts';
import { exitCodes, explain, type ExitCode } from './exit-code.ts';
import { describeFailure } from './harness-error.ts';
import { cannotWrite } from './output-folder.ts';

function harnessError(error: unknown): ExitCode {
  process.stderr.write(`harness error: ${describeFailure(error)}\n${explain(exitCodes.harnessError, [])}\n`);
  return exitCodes.harnessError;
}

process.on('uncaughtException', (error) => {
  process.exit(harnessError(error));
});
for (const [name, stream] of [
  ['standard output', process.stdout],
  ['standard error', process.stderr],
] as const) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // Whoever read the output has gone (`| head`): the results are in the files, and so is the exit code.
    if (error.code !== 'EPIPE') process.exit(harnessError(cannotWrite(name, error)));
  });
}

enableCompileCache(compileCache);
try {
  // Loaded only now: code that cannot even be loaded is exit 255 too, never 1, which means a broken rule.
  const { main } = await import('./program.ts');
  process.exitCode = await main();
} catch (error) {
  process.exitCode = harnessError(error);
}
