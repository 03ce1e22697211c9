import { error, isCut, isWritten, type RuleContext, warning } from './rule-context.ts';

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/;

/** The server, as pods and people reach it. */
export function checkServer(context: RuleContext): void {
  const { server } = context.document;
  if (isCut(context, ['server'])) return;
  if (server?.insecureArtifacts)
    warning(context, {
      code: 'SLIP_CONFIG_INSECURE',
      path: ['server', 'insecureArtifacts'],
      happened: 'server.insecureArtifacts lets pods fetch inputs and hand over outputs over http.',
      remedy: 'Use it on a test cluster only.',
    });
  if (server !== undefined) checkListen(context, server);
  checkUrl(context, server);
}

type Server = NonNullable<RuleContext['document']['server']>;

function checkListen(context: RuleContext, server: Server): void {
  const host = server.listen.replace(/:\d+$/, '');
  const auth = server.auth !== undefined && (server.auth.tokens !== undefined || server.auth.header !== undefined);
  if (LOOPBACK.test(host) || auth) return;
  error(context, {
    code: 'SLIP_CONFIG_SERVER',
    path: ['server', isWritten(context, ['server', 'listen']) ? 'listen' : 'auth'],
    happened: `server.listen is ${server.listen}, and anybody who reaches it could write.`,
    remedy: 'Add server.auth with tokens or header, or listen on 127.0.0.1.',
  });
}

/** Pods come from elsewhere: they cannot reach loopback, and should not be spoken to in the open. */
function checkUrl(context: RuleContext, server: Server | undefined): void {
  const clustered = Object.entries(context.document.agents).find(([, agent]) => agent.cluster !== undefined)?.[0];
  if (clustered === undefined) return;
  const url = server?.url;
  const host = url === undefined ? 'localhost' : (/^https?:\/\/(\[[^\]]*\]|[^:/]*)/.exec(url)?.[1] ?? '');
  const fault = LOOPBACK.test(host)
    ? 'pods cannot reach this machine at loopback'
    : url?.startsWith('http:')
      ? 'tokens and packages would travel over http'
      : undefined;
  if (fault === undefined) return;
  const tell = server?.insecureArtifacts ? warning : error;
  tell(context, {
    code: 'SLIP_CONFIG_SERVER',
    path: url === undefined ? ['agents', clustered, 'cluster'] : ['server', 'url'],
    happened: `agents.${clustered} runs in a cluster, and server.url is ${url ?? 'not set'}: ${fault}.`,
    remedy: 'Write an https URL that pods can reach, or set server.insecureArtifacts on a test cluster.',
  });
}
