import { describe, expect, it } from 'vitest';
import { namedByUrl } from '../../../../../lambdas/domain/campaign/short-url.ts';
import { checkedIn, commandIn, rulesIn } from './given-rows.ts';

const templates = { A1b3: { domain: 'acme.onelink.me', brandDomains: ['go.acme.example', 'acme.example/go'] } };

describe('what a short URL names', () => {
  it.each([
    ['https://acme.onelink.me/A1b3/abc', { template: 'A1b3', shortlinkId: 'abc' }],
    ['acme.onelink.me/A1b3/abc', { template: 'A1b3', shortlinkId: 'abc' }],
    ['http://ACME.onelink.me/A1b3/a_-9/', { template: 'A1b3', shortlinkId: 'a_-9' }],
    ['https://acme.onelink.me/A1b3/abc?utm_source=mail#top', { template: 'A1b3', shortlinkId: 'abc' }],
    ['https://go.acme.example/A1b3/abc', { template: 'A1b3', shortlinkId: 'abc', brandDomain: 'go.acme.example' }],
    ['https://acme.example/go/A1b3/abc', { template: 'A1b3', shortlinkId: 'abc', brandDomain: 'acme.example/go' }],
  ])('%s', (url, expected) => {
    expect(namedByUrl(url, templates)).toEqual(expected);
  });

  it.each([
    ['a long URL of the template', 'https://acme.onelink.me/A1b3?pid=sms', 'format'],
    ['no URL', 'abc', 'format'],
    ['another scheme', 'ftp://acme.onelink.me/A1b3/abc', 'format'],
    ['an ID with a blank', 'https://acme.onelink.me/A1b3/a b', 'format'],
    ['a template that is not configured', 'https://acme.onelink.me/zzzz/abc', 'not-allowed'],
    ['a template named like a property of all objects', 'https://acme.onelink.me/valueOf/abc', 'not-allowed'],
    ['another domain', 'https://acme.onelink.example/A1b3/abc', 'not-allowed'],
    ['a domain inside another', 'https://evil.example/acme.onelink.me/A1b3/abc', 'not-allowed'],
    ['very much text', `https://${'a/'.repeat(20_000)}`, 'format'],
  ])('%s is a fault without the URL', (_, url, rule) => {
    const named = namedByUrl(url, templates);
    expect(named).toMatchObject({ fault: { path: 'short_url', rule } });
    expect(JSON.stringify(named)).not.toContain('abc"');
  });
});

describe('a row that takes a link over', () => {
  const url = 'https://go.acme.example/A1b3/abc';

  it('names it by its short URL', async () => {
    expect(await commandIn(`action,short_url,keep_until\nadopt,${url},2028-01-01T00:00:00Z`)).toMatchObject({
      ...{ action: 'adopt', onelinkId: 'A1b3', shortlinkId: 'abc', brandDomain: 'go.acme.example' },
      keepUntil: '2028-01-01T00:00:00Z',
    });
    expect(await commandIn(`action,short_url\nadopt,${url}`)).not.toHaveProperty('data');
  });

  it('migrates it with its own data, or with that of the row', async () => {
    const text = `action,short_url,pid\nmigrate,${url},\nmigrate,https://acme.onelink.me/A1b3/xyz,sms`;
    const commands = (await checkedIn(text)).map(({ command }) => command);
    expect(commands[0]).toMatchObject({ action: 'migrate', shortlinkId: 'abc' });
    expect(commands[0]).not.toHaveProperty('data');
    expect(commands[1]).toMatchObject({ action: 'migrate', shortlinkId: 'xyz', data: { pid: 'sms' } });
  });

  it('may name the same link twice, but not two links', async () => {
    const header = 'action,short_url,template,shortlink_id';
    expect(await commandIn(`${header}\nadopt,${url},A1b3,abc`)).toMatchObject({ shortlinkId: 'abc' });
    expect(await rulesIn(`${header}\nadopt,${url},A1b3,xyz`)).toEqual(['2 short_url two-links']);
  });

  it('has a clear fault for what is no short URL', async () => {
    expect(await rulesIn('action,short_url\nadopt,https://acme.onelink.me/A1b3')).toContain('2 short_url format');
  });

  it('ignores expires_at in an adopt, because it would tell a TTL that the link does not have', async () => {
    const command = await commandIn(`action,short_url,expires_at\nadopt,${url},2026-04-01T00:00:00Z`);
    expect(command).not.toHaveProperty('ttl');
  });

  it('never reads a link, because the results would hold its data', async () => {
    expect(await rulesIn(`action,short_url\nget,${url}`)).toContain('2 action value');
  });
});

describe('a create', () => {
  it('ignores a short URL, which a file of results has', async () => {
    const command = await commandIn('pid,short_url\nsms,https://acme.onelink.me/A1b3/abc');
    expect(command).not.toHaveProperty('shortlinkId');
  });
});
