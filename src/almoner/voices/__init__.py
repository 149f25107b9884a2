"""What people said and what employers pay: consultation answers and job adverts."""
