import type { HttpRequest, HttpResponse } from '../../system/ports/http.ts';

/** What becomes of a request where it arrives: it is carried out, or answered without being carried out. */
export type HttpArrival = { readonly request: HttpRequest } | { readonly response: HttpResponse };

/** The answer, and how much later it leaves. */
export interface HttpDeparture {
  readonly response: HttpResponse;
  readonly delayMs: number;
}

/** Somebody between clients and servers of HTTP. Servers are named as their processes are. Undefined: nothing comes through. */
export interface HttpInterference {
  arrive?(server: string, request: HttpRequest): HttpArrival | undefined;
  /** Of a request that was carried out. */
  leave?(server: string, request: HttpRequest, response: HttpResponse): HttpDeparture | undefined;
}

/** Those in force in a world, one after the other. */
export class HttpInterferences {
  readonly #inForce = new Set<HttpInterference>();

  /** Gives back how to end it. */
  impose(interference: HttpInterference): () => void {
    this.#inForce.add(interference);
    return () => void this.#inForce.delete(interference);
  }

  arrive(server: string, request: HttpRequest): HttpArrival | undefined {
    let arrival: HttpArrival | undefined = { request };
    for (const interference of this.#inForce) {
      if (arrival === undefined || 'response' in arrival) return arrival;
      if (interference.arrive !== undefined) arrival = interference.arrive(server, arrival.request);
    }
    return arrival;
  }

  leave(server: string, request: HttpRequest, response: HttpResponse): HttpDeparture | undefined {
    let departure: HttpDeparture = { response, delayMs: 0 };
    for (const interference of this.#inForce) {
      if (interference.leave === undefined) continue;
      const left = interference.leave(server, request, departure.response);
      if (left === undefined) return undefined;
      departure = { response: left.response, delayMs: departure.delayMs + left.delayMs };
    }
    return departure;
  }
}
