import { z } from 'zod';
import type { Http } from '../../../ports/http.ts';
import { jsonResponse, parseJson } from '../../json.ts';
import { Pipelines, type OrderAnswer, type PipelinePorts } from './pipelines.ts';
import type { PipelineSettings } from './settings.ts';

export const pipelinePaths = {
  begin: '/pipelines/p1',
  approve: '/pipelines/p2',
  retire: '/pipelines/p3',
  rollBack: '/pipelines/rollback',
} as const;

const orderSchema = z.object({ build: z.string().min(1) });

/** Serves the orders of people and build servers: 200 where an order was taken, 409 with the reason where not; 400, 404. */
export async function startPipelines(
  ports: PipelinePorts & { readonly http: Http },
  settings: PipelineSettings,
): Promise<void> {
  const pipelines = await Pipelines.load(ports, settings);
  const orders: Readonly<Record<string, (build: string) => Promise<OrderAnswer>>> = {
    [pipelinePaths.begin]: (build) => pipelines.begin(build),
    [pipelinePaths.approve]: (build) => pipelines.approve(build),
    [pipelinePaths.retire]: (build) => pipelines.retire(build),
    [pipelinePaths.rollBack]: (build) => pipelines.rollBack(build),
  };
  ports.http.serve(settings.port, async ({ method, path, body }) => {
    const order = orders[path];
    if (order === undefined || method !== 'POST') return jsonResponse(404, { error: 'not-found' });
    const asked = parseJson(orderSchema, body);
    if (asked === undefined) return jsonResponse(400, { error: 'bad-request' });
    const answer = await order(asked.build);
    return jsonResponse(answer.accepted ? 200 : 409, { ...answer, release: pipelines.release });
  });
  void pipelines.run();
}
