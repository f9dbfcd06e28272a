"""The tax agency (DJP): taxpayers, their business places, KSWP."""
