import { z } from 'zod';
import { key } from './key.ts';
import { choice, name, secret, text, webUrl, words } from './scalars.ts';

const always = {
  fallback: key(name('a receiver').optional(), 'The receiver that is told when this one does not accept.'),
  drain: key(secret().optional(), 'The old secret, while alerts under it are open.'),
};

const receiverSchema = z.discriminatedUnion('type', [
  z.strictObject({
    ...always,
    type: key(z.literal('pagerduty'), 'PagerDuty Events v2.'),
    key: key(secret(), 'The routing key.'),
    region: key(choice('us', 'eu').default('us'), 'Of the account.'),
  }),
  z.strictObject({
    ...always,
    type: key(z.literal('irc'), 'A room on IRC.'),
    server: key(text(/^ircs?:\/\/[^\s/:]+(:\d+)?$/, { write: 'ircs://host:port' }), 'The server.'),
    room: key(text(/^[#&][^\s,]+$/, { write: 'a room in quotes, such as "#release"' }), 'The room.'),
    nick: key(words('a nick').optional(), 'Its nick.'),
    account: key(words('an account').optional(), 'Its account.'),
    password: key(secret().optional(), 'The password of the account.'),
    roomKey: key(secret().optional(), 'The key of the room.'),
  }),
  z.strictObject({
    ...always,
    type: key(z.literal('slack'), 'Slack.'),
    url: key(secret(), 'The webhook, as a secret.'),
  }),
  z.strictObject({
    ...always,
    type: key(z.literal('matrix'), 'A room on Matrix.'),
    server: key(webUrl(), 'The home server.'),
    room: key(words('a room'), 'The room.'),
    token: key(secret(), 'The access token.'),
  }),
  z.strictObject({
    ...always,
    type: key(z.literal('mail'), 'Mail.'),
    smtp: key(text(/^smtps?:\/\/[^\s]+$/, { write: 'smtps://host' }), 'The mail server.'),
    from: key(words('an address').optional(), 'Sender.'),
    to: key(z.array(words('an address')).min(1), 'Receivers.'),
    user: key(words('a user').optional(), 'User of the mail server.'),
    password: key(secret().optional(), 'Its password.'),
  }),
  z.strictObject({
    ...always,
    type: key(z.literal('webhook'), 'JSON to a URL.'),
    url: key(webUrl(), 'Where to.'),
    secret: key(secret().optional(), 'Signs the body.'),
  }),
  z.strictObject({
    ...always,
    type: key(z.literal('alertmanager'), 'Prometheus Alertmanager.'),
    url: key(webUrl(), 'Its root.'),
  }),
]);

const routeSchema = z.strictObject({
  on: key(z.array(words('an event, such as "step.*"')).min(1).default(['*']), 'Events; `*` stands for any part.'),
  severity: key(choice('info', 'warning', 'error', 'critical').default('warning'), 'At least this severe.'),
  lines: key(z.array(name('a line')).min(1).optional(), 'Lines it is for; all when left out.'),
  to: key(z.array(name('a receiver')).min(1), 'Receivers.'),
});

export const alertsSchema = z.strictObject({
  receivers: key(z.record(name('a receiver'), receiverSchema).default({}), 'Who can be told.'),
  routes: key(z.array(routeSchema).default([]), 'Who is told what; all that match, each receiver once.'),
});
