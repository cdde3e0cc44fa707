import { type Html, html } from '../html';

/** As much of Markdown as text widgets of dashboards mostly are: headings, lists and paragraphs. The rest is shown as it is written. */
export function markdown(source: string): Html {
  const lines = source.split('\n').filter((line) => line.trim() !== '');
  return html`${lines.map((line) => {
    const [, marks = '', heading = ''] = /^(#{1,6})\s+(.*)$/.exec(line) ?? [];
    if (marks !== '') {
      return html`<h2>${heading}</h2>`;
    }
    const [, item] = /^\s*[-*]\s+(.*)$/.exec(line) ?? [];
    return item === undefined ? html`<p>${line}</p>` : html`<p class="item">${item}</p>`;
  })}`;
}
