import { type IncomingHttpHeaders, type OutgoingHttpHeaders, type RequestOptions, request } from 'node:http';

export type TestReply = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test knows what it asked for
  readonly json: any;
};

/** One request on a connection of its own. */
export function fetchFrom(options: RequestOptions, body?: string | Buffer): Promise<TestReply> {
  return new Promise((resolve, reject) => {
    // Node's client sends a body of DELETE without its length.
    const length = body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) };
    const headers = { ...length, ...(options.headers as OutgoingHttpHeaders | undefined) };
    const call = request({ agent: false, ...options, headers }, response => {
      const chunks: Buffer[] = [];
      response.on('data', chunk => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const bytes = Buffer.concat(chunks);
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: bytes,
          text: bytes.toString(),
          get json() {
            return JSON.parse(bytes.toString());
          },
        });
      });
    });
    call.on('error', reject);
    call.end(body);
  });
}
