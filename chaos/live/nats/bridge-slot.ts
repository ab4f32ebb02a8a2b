import { readdirSync, readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { at } from './monitor.ts';
import { ip, ipBatch, namespaceProblem } from './ip-command.ts';

/** Networks side by side on one machine. */
const slotCount = 200;
const namePrefix = 'tfdc';
const ownerMark = 'tfdc-harness';
const namespaceFolder = '/run/netns';

/**
 * One of the networks that can exist side by side here, held by its bridge: whoever makes that has the slot. Addresses
 * are of the range for measurements of devices (198.18.0.0/15), which nothing else routes.
 */
export class BridgeSlot {
  readonly number: number;

  private constructor(number: number) {
    this.number = number;
  }

  /** Takes the first free slot in the name of a process, after what dead ones have left is gone. Error: `LiveProblem`. */
  static claim(owner: number): BridgeSlot {
    removeLeftovers();
    const mark = `${ownerMark}:${owner}:${startedAt(owner) ?? ''}`;
    for (let number = 0; number < slotCount; number++) {
      const slot = new BridgeSlot(number);
      if (slot.#isAddressTaken()) continue;
      const { complaint } = ip(['link', 'add', slot.bridge, 'type', 'bridge']);
      if (complaint?.includes('File exists') === true) continue;
      if (complaint !== undefined) throw namespaceProblem(complaint);
      ipBatch([
        `link set ${slot.bridge} alias ${mark} addrgenmode none`,
        `address add ${slot.#prefix}.254/24 dev ${slot.bridge}`,
        `link set ${slot.bridge} up`,
      ]);
      return slot;
    }
    throw namespaceProblem(`all ${slotCount} networks are in use`);
  }

  get bridge(): string {
    return `${namePrefix}${this.number}`;
  }

  /** Of a server's namespace, and of the bridge's port that leads there. */
  namespace(index: number): string {
    return `${this.bridge}-${index}`;
  }

  address(index: number): string {
    return `${this.#prefix}.${index + 1}`;
  }

  hardwareAddress(index: number): string {
    return `02:74:66:${octet(this.number)}:00:${octet(index + 1)}`;
  }

  /** Nobody has it: what is sent there is gone. */
  get nobody(): string {
    return `02:74:66:${octet(this.number)}:ff:ff`;
  }

  get #prefix(): string {
    return `198.18.${this.number}`;
  }

  #isAddressTaken(): boolean {
    return Object.values(networkInterfaces()).some((addresses) =>
      addresses?.some(({ address }) => address.startsWith(`${this.#prefix}.`)),
    );
  }
}

/** Removes the networks whose guard was killed too, with all that still runs in them. */
function removeLeftovers(): void {
  const { printed, complaint } = ip(['-j', 'link', 'show', 'type', 'bridge']);
  if (complaint !== undefined) throw namespaceProblem(complaint);
  const bridges: unknown = JSON.parse(printed === '' ? '[]' : printed);
  if (!Array.isArray(bridges)) return;
  for (const bridge of bridges) {
    const name = at(bridge, 'ifname');
    const mark = at(bridge, 'ifalias');
    if (typeof name !== 'string' || typeof mark !== 'string') continue;
    const [kind, owner, started] = mark.split(':');
    if (kind !== ownerMark || startedAt(Number(owner)) === started) continue;
    for (const namespace of namespacesOf(name)) {
      for (const pid of ip(['netns', 'pids', namespace]).printed.split('\n')) {
        if (pid !== '') process.kill(Number(pid), 'SIGKILL');
      }
      // With its namespace the link would go only some time later.
      ip(['link', 'del', namespace]);
      ip(['netns', 'del', namespace]);
    }
    ip(['link', 'del', name]);
  }
}

function namespacesOf(bridge: string): readonly string[] {
  try {
    return readdirSync(namespaceFolder).filter((name) => name.startsWith(`${bridge}-`));
  } catch {
    return [];
  }
}

/** In ticks since the machine started, so that a later process with the same number is told apart; undefined: it is dead. */
function startedAt(pid: number): string | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function octet(value: number): string {
  return value.toString(16).padStart(2, '0');
}
