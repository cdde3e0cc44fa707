import { duration, time } from './format';
import { form } from './forms';
import { type Html, html } from './html';
import { TEXTS } from './texts';
import type { AccountView, PageView, ShownKey } from './view';

/** The customer's keys. What takes one away is behind a second step, which needs no script. */
export function keysSection(view: PageView, { keys, usage }: AccountView): Html {
  const texts = TEXTS.keys;
  const made = form(
    view,
    'make',
    html`<div><label for="key-name">${texts.name}</label><input id="key-name" name="name" maxlength="64" required autocomplete="off"></div>
<button>${texts.make}</button>`,
    { fields: { once: view.once }, className: 'inline' },
  );
  return html`<section class="card wide" id="keys" aria-labelledby="keys-h">
<h2 id="keys-h">${texts.heading}</h2>
<ul class="keys">${keys.map((key) => keyItem(view, key))}</ul>
${usage.standing === 'suspended' ? undefined : made}
</section>`;
}

function keyItem(view: PageView, key: ShownKey): Html {
  const texts = TEXTS.keys;
  const { id, name, createdAt, calling, active } = key;
  const facts = html`<div><strong>${name}</strong> <code>${id}</code>${calling ? html` <span class="tag">${texts.current}</span>` : undefined}
<p class="soft">${createdAt === null ? undefined : phrase(texts.created, createdAt)}${ending(key)}</p></div>`;
  if (!active) {
    return html`<li class="over">${facts}</li>`;
  }
  const hasSuccessor = key.expiresAt !== null;
  const rotate = html`<details><summary>${texts.rotate}</summary><p class="soft">${texts.rotateText(duration(view.billing.rotationOverlap))}</p>
${form(view, 'rotate', html`<button aria-label="${texts.rotateOf(name, id)}">${texts.rotate}</button>`, { fields: { keyId: id } })}</details>`;
  const revoke = html`<details><summary>${texts.revoke}</summary><p class="soft">${texts.revokeText}</p>
${form(view, 'revoke', html`<button aria-label="${texts.revokeOf(name, id)}">${texts.revokeNow}</button>`, { fields: { keyId: id } })}</details>`;
  return html`<li>${facts}<div class="does">${hasSuccessor && !calling ? undefined : rotate}${revoke}</div></li>`;
}

function ending({ expiresAt, revokedAt, active }: ShownKey): Html | undefined {
  const texts = TEXTS.keys;
  if (revokedAt !== null) {
    return html`, ${phrase(texts.revoked, revokedAt)}`;
  }
  return expiresAt === null ? undefined : html`, ${phrase(active ? texts.expires : texts.expired, expiresAt)}`;
}

/** A phrase with a time in it, which stays one for programs. */
function phrase(text: (time: string) => string, iso: string): Html {
  const mark = '\u0000';
  const [before = '', after = ''] = text(mark).split(mark);
  return html`${before}${time(iso)}${after}`;
}
