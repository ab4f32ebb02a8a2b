import { BridgeSlot } from './bridge-slot.ts';
import type { Guard } from './guard.ts';
import { ipBatch } from './ip-command.ts';
import { dialledBy, type ServerLinks, type ServerPlace } from './server-links.ts';

const clientPort = 4222;
const monitorPort = 8222;
const routePort = 6222;

/**
 * Each server in a network namespace of its own, all on one bridge. A direction is cut where it begins: the sender is
 * given a hardware address of the receiver that nobody has. So its packets vanish on the wire, no error comes back,
 * and TCP goes on as in a network that drops: a heal is noticed with the next retransmission (jetstream C22). Needs no
 * packet filter and no traffic control.
 */
export class NamespaceLinks implements ServerLinks {
  readonly places: readonly ServerPlace[];
  readonly #slot: BridgeSlot;

  private constructor(slot: BridgeSlot, nodeCount: number) {
    this.#slot = slot;
    this.places = Array.from({ length: nodeCount }, (_, index) => ({
      address: slot.address(index),
      clientPort,
      monitorPort,
      routePort,
      dials: dialledBy(index, nodeCount).map((peer) => `${slot.address(peer)}:${routePort}`),
      prefix: ['ip', 'netns', 'exec', slot.namespace(index)],
    }));
  }

  /** The guard removes what is made here, when it ends. Error: `LiveProblem` where namespaces cannot be made. */
  static open(nodeCount: number, guard: Guard): NamespaceLinks {
    const slot = BridgeSlot.claim(guard.pid);
    guard.addNetwork(slot.bridge);
    const links = new NamespaceLinks(slot, nodeCount);
    for (const index of links.places.keys()) {
      const namespace = slot.namespace(index);
      ipBatch([
        `netns add ${namespace}`,
        `link add ${namespace} type veth peer name eth0 address ${slot.hardwareAddress(index)} netns ${namespace}`,
        `link set ${namespace} master ${slot.bridge} addrgenmode none`,
        `link set ${namespace} up`,
      ]);
      ipBatch(
        [
          'link set lo up',
          'link set eth0 addrgenmode none',
          'link set eth0 up',
          `address add ${slot.address(index)}/24 dev eth0`,
          ...[...links.places.keys()]
            .filter((peer) => peer !== index)
            .map((peer) => links.#neighbour(peer, slot.hardwareAddress(peer))),
        ],
        namespace,
      );
    }
    return links;
  }

  cut(from: number, to: number): void {
    ipBatch([this.#neighbour(to, this.#slot.nobody)], this.#slot.namespace(from));
  }

  heal(from: number, to: number): void {
    ipBatch([this.#neighbour(to, this.#slot.hardwareAddress(to))], this.#slot.namespace(from));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #neighbour(index: number, hardwareAddress: string): string {
    const address = this.#slot.address(index);
    return `neigh replace ${address} lladdr ${hardwareAddress} dev eth0 nud permanent`;
  }
}
