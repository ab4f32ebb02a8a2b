import { parentPort } from 'node:worker_threads';
import { runScenario, type RunHooks } from '../runner.ts';
import { OutputError } from './output-folder.ts';
import { TraceFile } from './trace-file.ts';
import { controlCells, type Job, type WorkerMessage } from './worker-message.ts';

const port = parentPort;
if (port === null) throw new Error('this file is the entry of a worker');

function send(message: WorkerMessage): void {
  port?.postMessage(message);
}

port.on('message', (job: Job) => {
  void execute(job);
});

async function execute(job: Job): Promise<void> {
  const control = new Int32Array(job.control);
  let trace: TraceFile | undefined;
  const hooks: RunHooks = {
    progress: (progress) => send({ kind: 'progress', progress }),
    cancelled: () => Atomics.load(control, controlCells.cancel) !== 0,
    betweenSlices: () => {
      Atomics.add(control, controlCells.slices, 1);
      trace?.flush();
    },
    ...(job.traceFile === undefined
      ? {}
      : { observe: (event, timeUs, source, eventIndex) => trace?.add(event, timeUs, source, eventIndex) }),
  };
  try {
    if (job.traceFile !== undefined) trace = new TraceFile(job.traceFile);
    const result = await runScenario(job.request, hooks);
    trace?.close();
    send({ kind: 'result', result });
  } catch (error) {
    trace?.discard();
    const failure = error instanceof Error ? error : new Error(String(error));
    send({
      kind: 'error',
      output: failure instanceof OutputError,
      message: failure.message,
      stack:
        failure.cause instanceof Error
          ? `${failure.stack}\ncaused by ${failure.cause.stack}`
          : (failure.stack ?? ''),
    });
  }
}
