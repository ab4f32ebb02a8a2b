import type { RandomStream } from '../sim/kernel/index.ts';
import type { ChoiceParameter, NumberParameter, TextParameter } from './parameter.ts';
import { draw } from './target-group.ts';
import type { BreakableNats, BreakableServers, ServerNode } from './world-access.ts';

export interface ChosenNode {
  readonly index: number;
  readonly node: ServerNode;
}

const notificationStream = 'dc-notifications';

export const natsNodeParameter: ChoiceParameter = {
  name: 'node',
  type: 'choice',
  choices: ['any', 'stream-leader', 'follower'],
  default: 'any',
  doc: 'which server: the leader of dc-notifications, one that is not, or any',
};

export const natsStreamParameter: TextParameter = {
  name: 'stream',
  type: 'text',
  default: notificationStream,
  doc: 'which stream; a bucket is KV_<bucket>',
};

export const cassandraCountParameter: NumberParameter = {
  name: 'count',
  type: 'integer',
  unit: 'nodes',
  minimum: 1,
  maximum: 100,
  typical: [1, 1],
  default: 1,
  doc: 'how many nodes',
};

function running(servers: BreakableServers): readonly ChosenNode[] {
  return Array.from(servers.nodes, (node, index) => ({ index, node })).filter(({ node }) => node.up);
}

/** Up to `count` servers that are up, drawn. */
export function runningNodes(
  servers: BreakableServers,
  count: number,
  random: RandomStream,
): readonly ChosenNode[] {
  return draw(random, running(servers), count);
}

/** The one server that `natsNodeParameter` asks for; none where no such server is up. `stream`: whose leader it is about. */
export function natsNodes(
  cluster: BreakableNats,
  choice: string,
  random: RandomStream,
  stream = notificationStream,
): readonly ChosenNode[] {
  const leader = cluster.streamLeader(stream);
  const fitting = running(cluster).filter(({ index }) => {
    switch (choice) {
      case 'stream-leader':
        return index === leader;
      case 'follower':
        return index !== leader;
      default:
        return true;
    }
  });
  return draw(random, fitting, 1);
}
