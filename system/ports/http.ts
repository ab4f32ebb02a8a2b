export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Path with query, for example `/api/v1/routing/canary?gateway=gw-0`. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text, or empty. */
  readonly body: string;
}

export interface HttpResponse {
  readonly status: number;
  readonly body: string;
}

export type HttpHandler = (request: HttpRequest) => Promise<HttpResponse>;

export interface HttpServer {
  close(): Promise<void>;
}

/** HTTP/1.1 with JSON, for the Management API, gateway control and approvals. */
export interface Http {
  serve(port: number, handler: HttpHandler): HttpServer;
  /** Rejects with a `PortError`: `timeout`, `disconnected`, `connection-refused`. Any status code is an answer. */
  request(authority: string, request: HttpRequest, timeoutMs: number): Promise<HttpResponse>;
}
