import { connect } from 'nats';
import type { NatsConnectOptions } from '../../ports/nats-connection.ts';
import type { FullNatsConnection, FullNatsConnector } from '../../ports/nats-full.ts';
import { portErrorOf } from './client-errors.ts';
import { ClientConnection } from './connection.ts';

/** Between dials of the same server (jetstream I72). */
const reconnectWaitMs = 2_000;
const reconnectJitterMs = 100;
/** Two unanswered pings: a dead connection is noticed within a minute instead of the library's six. */
const pingIntervalMs = 20_000;
const unansweredPings = 2;

/** The `nats` package with the settings that production needs: it comes back for ever (fault K6), and never gives up a server. */
export class ClientConnector implements FullNatsConnector {
  async connect(options: NatsConnectOptions): Promise<FullNatsConnection> {
    const { url, name, timeoutMs } = options;
    try {
      const client = await connect({
        servers: url.split(',').map((each) => each.trim()),
        name,
        timeout: timeoutMs,
        reconnect: true,
        maxReconnectAttempts: -1,
        reconnectTimeWait: reconnectWaitMs,
        reconnectJitter: reconnectJitterMs,
        pingInterval: pingIntervalMs,
        maxPingOut: unansweredPings,
      });
      return new ClientConnection(client);
    } catch (error) {
      throw portErrorOf(`connect to ${url}`, error);
    }
  }
}
