import { spawn, type ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';

/**
 * Kills what it was told of and removes the network and the folder when its input ends, which it does however this process ends: a
 * signal, a crash, `kill -9`. It lives in a session of its own, so that Ctrl-C at the terminal does not reach it.
 */
const script = `
pids=" "
bridge=""
while read -r what name; do
  case "$what" in
    add) pids="$pids$name " ;;
    drop) pids="\${pids%% $name *} \${pids#* $name }" ;;
    network) bridge="$name" ;;
  esac
done
for pid in $pids; do kill -9 "$pid" 2>/dev/null; done
if [ -n "$bridge" ]; then
  for space in /run/netns/"$bridge"-*; do
    ip link del "\${space##*/}" 2>/dev/null
    ip netns del "\${space##*/}" 2>/dev/null
  done
  ip link del "$bridge" 2>/dev/null
fi
rm -rf "$1"
`;

const announced = 'echo "add $$" >&3; exec "$@" 3>&-';

/** Takes care that no server outlives the test that started it. */
export class Guard {
  readonly #child: ChildProcess;
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.#child = spawn('sh', ['-c', script, 'guard', folder], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    // The guard must not keep this process alive; its input ends with it.
    this.#child.unref();
    this.#child.stdin?.on('error', () => undefined);
    const input: unknown = this.#child.stdin;
    if (
      typeof input === 'object' &&
      input !== null &&
      'unref' in input &&
      typeof input.unref === 'function'
    ) {
      input.unref();
    }
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /**
   * Starts a program that is killed when this process ends, from its first moment on: a shell tells the guard of its own
   * process id and becomes the program. One that is not there is a shell that ends with 127.
   */
  spawn(
    [program = '', ...parameters]: readonly string[],
    output: 'pipe' | 'inherit' | number,
    errors: 'pipe' | 'inherit' | number,
    folder?: string,
  ): ChildProcess {
    const child = spawn('sh', ['-c', announced, 'sh', program, ...parameters], {
      stdio: ['ignore', output, errors, this.#child.stdin ?? 'ignore'],
      ...(folder === undefined ? {} : { cwd: folder }),
    });
    child.once('exit', () => {
      if (child.pid !== undefined) this.#child.stdin?.write(`drop ${child.pid}\n`);
    });
    return child;
  }

  /** A bridge, and the namespaces whose names begin with its name and `-`. */
  addNetwork(bridge: string): void {
    this.#child.stdin?.write(`network ${bridge}\n`);
  }

  /** Resolves when all are dead and the folder is gone. */
  async end(): Promise<void> {
    const ended = new Promise<void>((resolve) => {
      this.#child.once('exit', () => resolve());
      if (this.#child.exitCode !== null) resolve();
    });
    this.#child.ref();
    this.#child.stdin?.end();
    await ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
