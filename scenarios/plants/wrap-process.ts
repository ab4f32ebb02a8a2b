import type { Process } from '../../system/ports/process.ts';

/** The same process, but for the methods that are replaced. */
export function wrapProcess(process: Process, replaced: Partial<Process>): Process {
  return {
    name: process.name,
    uid: process.uid,
    environment: process.environment,
    onTerminate: (handler) => process.onTerminate(handler),
    setReady: (ready) => process.setReady(ready),
    setAlive: (alive) => process.setAlive(alive),
    exit: (code) => process.exit(code),
    work: (stage, typicalMs) => process.work(stage, typicalMs),
    ...replaced,
  };
}
