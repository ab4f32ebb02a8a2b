import type { Rpc, RpcOutcome } from '../system/ports/rpc.ts';
import { HostClock, SimProcess, type Kernel } from './kernel/index.ts';
import type { Network, RpcFabric } from './network/index.ts';

const gatewayTarget = 'gateway:9000';

/** How a tool's call leaves the tool; the callback comes exactly once. */
export type ToolSend = (
  tool: number,
  method: string,
  request: unknown,
  metadata: Readonly<Record<string, string>>,
  deadlineMs: number,
  done: (outcome: RpcOutcome) => void,
) => void;

/** Each tool is a machine of its own with one long-lived connection to one gateway (delivery 57). */
export class ToolConnections {
  readonly #kernel: Kernel;
  readonly #network: Network;
  readonly #fabric: RpcFabric;
  readonly #clients: Rpc[] = [];
  /** Machines of the tools, by tool. */
  readonly hosts: number[] = [];

  constructor(kernel: Kernel, network: Network, fabric: RpcFabric, tools: number) {
    this.#kernel = kernel;
    this.#network = network;
    this.#fabric = fabric;
    for (let tool = 0; tool < tools; tool++) this.#connect(`tool-machine-${tool}`);
  }

  readonly send: ToolSend = (tool, method, request, metadata, deadlineMs, done) => {
    const client = this.#clients[tool];
    if (client === undefined) throw new RangeError(`no tool ${tool}`);
    client.call(gatewayTarget, method, request, { metadata, deadlineMs }, done);
  };

  #connect(name: string): void {
    const host = this.#network.addHost(name);
    const process = new SimProcess(this.#kernel, name, name, new HostClock(this.#kernel));
    this.hosts.push(host);
    this.#clients.push(this.#fabric.forCallbacks(process, host, 'pinned'));
  }
}
