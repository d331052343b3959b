import type { ProblemDocument } from '../control/problem.ts';
import { CommandError, EXIT, type Invocation, stringOption, usageError } from './command.ts';

const DEFAULT_CONTROL = 'http://127.0.0.1:8053';

/** Speaks to the control API of one node. */
export interface ControlClient {
  readonly url: string;
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body?: object): Promise<T>;
  /** The body as it comes, for what is not JSON. */
  stream(path: string): Promise<AsyncIterable<Uint8Array>>;
}

/** Where to speak to: `--control`, else ZONEWIRE_CONTROL, else the configuration given with `-c`, else this machine's default. */
export async function controlClient(invocation: Invocation): Promise<ControlClient> {
  const configured = await fromConfig(invocation);
  const url =
    stringOption(invocation, 'control') ??
    invocation.environment.ZONEWIRE_CONTROL ??
    configured?.url ??
    DEFAULT_CONTROL;
  const token = stringOption(invocation, 'token') ?? invocation.environment.ZONEWIRE_TOKEN ?? configured?.token;
  const base = baseUrl(url);
  const headers: Record<string, string> = token === undefined ? {} : { 'X-API-Key': token };

  const send = async (method: string, path: string, body?: object): Promise<Response> => {
    const json = body === undefined ? {} : { 'Content-Type': 'application/json' };
    let response: Response;
    try {
      response = await fetch(new URL(path, base), {
        method,
        headers: { ...headers, ...json },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
    } catch (error) {
      throw new CommandError(EXIT.PROBLEM, 'control-unreachable', unreachable(base, error));
    }
    if (!response.ok) throw await refusal(response, base);
    return response;
  };
  return {
    url: base.href,
    get: async <T>(path: string) => (await (await send('GET', path)).json()) as T,
    post: async <T>(path: string, body?: object) => (await (await send('POST', path, body)).json()) as T,
    stream: async (path) => (await send('GET', path)).body as AsyncIterable<Uint8Array>,
  };
}

async function fromConfig(invocation: Invocation): Promise<{ url: string; token?: string } | undefined> {
  const file = stringOption(invocation, 'config');
  if (file === undefined) return undefined;
  const { configOrFail } = await import('./config-file.ts');
  const { hostPortText } = await import('../config/mod.ts');
  const { control } = configOrFail(file);
  if (!control) throw usageError(`${file} has no section "control": the node cannot be spoken to`);
  // A node that listens everywhere is reached on loopback.
  const host = { '0.0.0.0': '127.0.0.1', '::': '::1' }[control.listen.host] ?? control.listen.host;
  return { url: `http://${hostPortText({ host, port: control.listen.port })}`, token: control.token };
}

function baseUrl(text: string): URL {
  const url = URL.parse(/^[a-z]+:\/\//i.test(text) ? text : `http://${text}`);
  if (url && /^https?:$/.test(url.protocol)) return url;
  throw usageError(`${JSON.stringify(text)} is not the address of a control API; write ${DEFAULT_CONTROL}`);
}

function unreachable(base: URL, error: unknown): string {
  const cause = (error as { cause?: { code?: string; message?: string } }).cause;
  const why = cause?.code === 'ECONNREFUSED' ? 'nothing listens there' : (cause?.message ?? (error as Error).message);
  return `cannot reach a node at ${base.origin}: ${why}; is it running? (choose another with --control URL or -c FILE)`;
}

async function refusal(response: Response, base: URL): Promise<CommandError> {
  const text = await response.text();
  let problem: Partial<ProblemDocument> = {};
  try {
    problem = JSON.parse(text);
  } catch {}
  if (response.status === 401) {
    const advice = 'give the token with --token, ZONEWIRE_TOKEN or -c FILE';
    return new CommandError(EXIT.USAGE, problem.code ?? 'token-missing', `${base.origin} wants a token: ${advice}`);
  }
  const detail =
    problem.detail ?? `${base.origin} answered ${response.status} ${response.statusText}; is it a Zonewire node?`;
  const isWrong = response.status === 400 || problem.code === 'config-invalid';
  const exitCode = isWrong ? EXIT.USAGE : EXIT.PROBLEM;
  return new CommandError(exitCode, problem.code ?? 'control-failed', detail);
}
