import { createServer } from 'node:net';
import { LiveProblem } from '../nats/index.ts';

export const nativePort = 9042;
export const internodePort = 7000;

/**
 * Addresses of one ring in 127.S.0.0/16: node N listens on 127.S.0.N, other nodes reach it at 127.S.1.N and clients at
 * 127.S.2.N, where forwarders stand. Each ring has its own S, so that two runs on one machine do not meet.
 */
export interface AddressBlock {
  nodeAddress(index: number): string;
  internodeAddress(index: number): string;
  clientAddress(index: number): string;
}

/** A block whose ports are free now. Throws `LiveProblem` where none is, or where loopback is one address only. */
export async function freeAddressBlock(nodeCount: number): Promise<AddressBlock> {
  let problem: unknown;
  for (let attempt = 0; attempt < 20; attempt++) {
    const block = addressBlock(20 + ((process.pid + attempt * 37) % 200));
    try {
      for (let index = 0; index < nodeCount; index++) {
        await tryListen(block.nodeAddress(index), internodePort);
        await tryListen(block.nodeAddress(index), nativePort);
        await tryListen(block.clientAddress(index), nativePort);
        await tryListen(block.internodeAddress(index), internodePort);
      }
      return block;
    } catch (error) {
      problem = error;
    }
  }
  throw new LiveProblem(
    `ports ${nativePort} and ${internodePort} are in use in every address block of loopback that was tried`,
    `ss -ltnp 'sport = :${nativePort}' shows by whom`,
    { cause: problem },
  );
}

function addressBlock(second: number): AddressBlock {
  return {
    nodeAddress: (index) => `127.${second}.0.${index + 1}`,
    internodeAddress: (index) => `127.${second}.1.${index + 1}`,
    clientAddress: (index) => `127.${second}.2.${index + 1}`,
  };
}

function tryListen(address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, address, () => server.close(() => resolve()));
  });
}
