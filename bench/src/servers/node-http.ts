import { plainListener } from './plain-listener.ts';
import { serve } from './serve.ts';

serve(plainListener);
