import { z } from 'zod';
import { PortError } from '../../ports/errors.ts';
import type { HttpHandler, HttpResponse } from '../../ports/http.ts';
import { jsonResponse, parseJson, splitPath } from '../json.ts';
import { rolloutPaths } from '../paths.ts';
import { toolListSchema } from '../snapshot.ts';
import type { RolloutController } from './controller.ts';
import type { RolloutSettings } from './settings.ts';
import { StageSizeError } from './stages.ts';
import { rollbackRequestSchema, type RolloutState } from './state.ts';
import { beginRollback, resume, startRelease, type Refused, type Transition } from './transition.ts';

const startSchema = z.object({ image: z.string().min(1) });
const resumeSchema = z.object({ restoreTools: toolListSchema.default([]) });

type Decide = (state: RolloutState, nowMs: number) => Transition | Refused;

/**
 * What operators and pipelines ask of the controller. Statuses: 200 the state; 202 the order holds and is durable;
 * 400 an order that can never hold; 404, 405; 409 not in this state; 503 Management does not answer (only a start
 * needs it).
 */
export function rolloutHandler(controller: RolloutController, settings: RolloutSettings): HttpHandler {
  const order = async (decide: Decide): Promise<HttpResponse> => {
    const refused = await controller.order(decide);
    return refused === undefined
      ? jsonResponse(202, view(controller.state))
      : jsonResponse(409, { error: 'refused', detail: refused.refused });
  };

  return async (request) => {
    const { route } = splitPath(request.path);
    if (route === rolloutPaths.rollout && request.method === 'GET') {
      return jsonResponse(200, view(controller.state));
    }
    const known: readonly string[] = Object.values(rolloutPaths);
    if (!known.includes(route)) return jsonResponse(404, { error: 'not-found' });
    if (request.method !== 'POST') return jsonResponse(405, { error: 'method-not-allowed' });

    if (route === rolloutPaths.rollout) {
      const body = parseJson(startSchema, request.body);
      return body === undefined
        ? badRequest('expected {image}')
        : await start(controller, settings, body.image, order);
    }
    if (route === rolloutPaths.rollback) {
      const body = parseJson(rollbackRequestSchema, request.body);
      return body === undefined
        ? badRequest('expected {level: L1 | L2 | L3, tools?, reason}')
        : await order((state, nowMs) => beginRollback(state, body, nowMs));
    }
    const body = parseJson(resumeSchema, request.body);
    return body === undefined
      ? badRequest('expected {restoreTools?}')
      : await order((state, nowMs) => resume(state, body.restoreTools, nowMs));
  };
}

/** The colours are Management's word (delivery R67, R69), so it has to answer first. */
async function start(
  controller: RolloutController,
  settings: RolloutSettings,
  image: string,
  order: (decide: Decide) => Promise<HttpResponse>,
): Promise<HttpResponse> {
  try {
    const snapshot = await controller.management.snapshot();
    const { total } = await controller.management.proposal(0);
    const stages = settings.policies.stagesFor(total, settings.stages);
    const { stableColour, canaryColour, revision } = snapshot;
    const release = { image, stableColour, canaryColour, stages, listRevision: revision };
    return await order((state, nowMs) => startRelease(state, release, nowMs));
  } catch (error) {
    if (error instanceof StageSizeError) return badRequest(error.message);
    if (error instanceof PortError) {
      return jsonResponse(503, { error: 'management-unavailable', detail: error.message });
    }
    throw error;
  }
}

function badRequest(detail: string): HttpResponse {
  return jsonResponse(400, { error: 'bad-request', detail });
}

function view(state: RolloutState): unknown {
  const { phase, release, withdrawal } = state;
  return { phase, release, withdrawal };
}
