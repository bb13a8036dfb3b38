import { expect, test } from 'vitest';
import { contactSheet } from '../../../../local/start/report/contact-sheet.ts';

const entry = {
  file: 'A1b3-b.png',
  shortUrl: 'https://acme.onelink.me/A1b3/b',
  localUrl: 'http://127.0.0.1:4570/A1b3/b',
  source: 'studio',
  campaign: 'spring',
};

test('the contact sheet shows each image with its link', () => {
  const html = contactSheet([entry], true);
  expect(html).toContain('<h1>1 QR codes</h1>');
  expect(html).toContain(
    '<a href="http://127.0.0.1:4570/A1b3/b"><img src="A1b3-b.png" alt="QR code" loading="lazy"></a>',
  );
  expect(html).toContain('<figcaption>https://acme.onelink.me/A1b3/b<br>studio · spring</figcaption>');
});

test('the contact sheet escapes the values of producers', () => {
  const html = contactSheet([{ ...entry, campaign: '"><script>alert(1)</script>', file: 'a b"c.png' }], true);
  expect(html).not.toContain('<script>');
  expect(html).toContain('&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;');
  expect(html).toContain('src="a%20b%22c.png"');
});

test('the contact sheet has no links after the end of the run, and explains why', () => {
  const html = contactSheet([entry], false);
  expect(html).not.toContain('<a ');
  expect(html).toContain('<figure><img src="A1b3-b.png"');
  expect(html).toContain('its links at the emulator are dead');
});
