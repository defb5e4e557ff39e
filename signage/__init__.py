"""What hangs on the wall: tokens, stickers, boards, sheets, print runs."""
