import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { LiveProblem } from '../../../../chaos/live/nats/index.ts';
import { RouteLink } from '../../../../chaos/live/nats/route-link.ts';

test('a port that somebody else listens on is told', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const address = other.address();
  const port = address === null || typeof address === 'string' ? 0 : address.port;
  const failure: unknown = await new RouteLink(port, port).listen().catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(LiveProblem);
  expect(failure).toMatchObject({
    problem: expect.stringMatching(/^a port of a route is in use: .*EADDRINUSE/),
  });
  await new Promise((resolve) => other.close(resolve));
});
