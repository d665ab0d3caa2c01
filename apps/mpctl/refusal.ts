export { Refusal } from '../../libs/base/refusal.ts';
