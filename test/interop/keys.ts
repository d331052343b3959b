import type { PeerKey } from '@zonewire/testkit';

export const SHA256: PeerKey = {
  name: 'xfr256.example.',
  algorithm: 'hmac-sha256',
  secret: 'c2hhMjU2LXNoYTI1Ni1zaGEyNTYtc2hhMjU2LXNoYTI=',
};
export const SHA512: PeerKey = {
  name: 'xfr512.example.',
  algorithm: 'hmac-sha512',
  secret: 'c2hhNTEyLXNoYTUxMi1zaGE1MTItc2hhNTEyLXNoYTUxMi1zaGE1MTItc2hhNTEyLXNoYTUxMi1zaGE1MTI=',
};
