export { Html, html } from '../lambda/page/html';
