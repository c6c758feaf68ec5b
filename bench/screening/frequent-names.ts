/**
 * Common names of Brazil, Spanish-speaking America and the United States, most frequent first in each list, as their
 * censuses and civil registries rank them (IBGE 2010, INE and RENAPER rankings, US Census 2010). Only the ranking is used.
 */
const list = (names: string) => names.split(" ");

export const SPANISH_GIVEN = list(
  "María José Juan Luis Carlos Ana Jorge Miguel Francisco Jesús Antonio Manuel Pedro Rosa Alejandro Guadalupe Ricardo " +
    "Fernando Roberto Daniel Margarita Martha Patricia Juana Sergio Verónica Eduardo Gabriela Javier Alejandra Rafael " +
    "Adriana Claudia Andrés Diego Camila Valentina Santiago Mateo Sofía Lucía Paula Andrea Sebastián Nicolás Gustavo " +
    "Mónica Silvia Héctor Raúl Óscar Víctor Mario Alberto Enrique Ramón Julio César Arturo Gerardo Beatriz Teresa " +
    "Leticia Yolanda Gloria Norma Elena Carmen Isabel Cristina Natalia Daniela Laura Diana Esteban Felipe Tomás Joaquín " +
    "Agustín Emilia Renata Ximena Catalina Mariana Gonzalo Rodrigo Álvaro Ignacio Pablo Martín",
);

export const SPANISH_FAMILY = list(
  "Hernández García Martínez López González Pérez Rodríguez Sánchez Ramírez Cruz Flores Gómez Morales Vázquez Reyes " +
    "Jiménez Torres Díaz Gutiérrez Ruiz Mendoza Aguilar Ortiz Moreno Castillo Romero Álvarez Méndez Chávez Rivera Juárez " +
    "Ramos Domínguez Herrera Medina Castro Vargas Guzmán Velázquez Rojas Muñoz Silva Contreras Sepúlveda Espinoza " +
    "Fuentes Valenzuela Araya Castillo Tapia Reyes Fernández Acosta Benítez Medina Suárez Rojas Sosa Molina Quispe " +
    "Flores Mamani Huamán Rojas Chávez Vásquez Ospina Restrepo Cárdenas Londoño Zapata Giraldo Arango Mejía Valencia " +
    "Cortés Guerrero Salazar Estrada Delgado Vega Soto Peña Ríos Campos Cabrera Navarro Núñez Miranda Figueroa Bravo " +
    "Carrasco Riquelme Paredes Villalobos Escobar Correa Duarte Ledesma Ponce Bustos Barrios Leiva",
);

export const PORTUGUESE_GIVEN = list(
  "Maria José Ana João Antônio Francisco Carlos Paulo Pedro Lucas Luiz Marcos Luís Gabriel Rafael Francisca Marcelo " +
    "Bruno Eduardo Felipe Antônia Adriana Juliana Márcia Fernanda Patrícia Aline Sandra Camila Amanda Bruna Jéssica " +
    "Letícia Júlia Luciana Vanessa Mariana Gabriela Vera Vitória Larissa Cláudia Beatriz Rodrigo Gustavo Daniel Manoel " +
    "Mateus André Fernando Fábio Leonardo Tiago Leandro Raimundo Sérgio Ricardo Guilherme Jorge Vinícius Alexandre " +
    "Caio Thiago Renato Cauã Heitor Davi Miguel Helena Laura Alice Lívia Isabela Manuela Cecília Rosângela Sônia",
);

export const PORTUGUESE_FAMILY = list(
  "Silva Santos Oliveira Souza Rodrigues Ferreira Alves Pereira Lima Gomes Costa Ribeiro Martins Carvalho Almeida Lopes " +
    "Soares Fernandes Vieira Barbosa Rocha Dias Nascimento Andrade Moreira Nunes Marques Machado Mendes Freitas Cardoso " +
    "Ramos Gonçalves Santana Teixeira Araújo Moura Cavalcanti Batista Campos Monteiro Azevedo Pinto Correia Cunha " +
    "Farias Castro Melo Barros Borges Reis Miranda Siqueira Fonseca Brito Pires Duarte Macedo Queiroz Coelho Sales " +
    "Xavier Peixoto Guimarães Bezerra Figueiredo Medeiros Aguiar Braga Tavares Antunes Magalhães Rezende Amaral Dantas",
);

export const ENGLISH_GIVEN = list(
  "James Mary John Patricia Robert Jennifer Michael Linda William Elizabeth David Barbara Richard Susan Joseph Jessica " +
    "Thomas Sarah Charles Karen Christopher Nancy Daniel Lisa Matthew Betty Anthony Margaret Mark Sandra Donald Ashley " +
    "Steven Kimberly Paul Emily Andrew Donna Joshua Michelle Kenneth Carol Kevin Amanda Brian Melissa George Deborah " +
    "Edward Stephanie Ronald Rebecca Timothy Laura Jason Sharon Jeffrey Cynthia Ryan Kathleen Jacob Amy Gary Angela " +
    "Nicholas Shirley Eric Anna Jonathan Brenda Stephen Pamela Larry Emma Justin Nicole Scott Helen Brandon Samantha",
);

export const ENGLISH_FAMILY = list(
  "Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Gonzalez Wilson Anderson " +
    "Thomas Taylor Moore Jackson Martin Lee Perez Thompson White Harris Sanchez Clark Ramirez Lewis Robinson Walker " +
    "Young Allen King Wright Scott Torres Nguyen Hill Flores Green Adams Nelson Baker Hall Rivera Campbell Mitchell " +
    "Carter Roberts Gomez Phillips Evans Turner Diaz Parker Cruz Edwards Collins Reyes Stewart Morris Morales Murphy " +
    "Cook Rogers Gutierrez Ortiz Morgan Cooper Peterson Bailey Reed Kelly Howard Ramos Kim Cox Ward Richardson Watson " +
    "Brooks Chavez Wood James Bennett Gray Mendoza Ruiz Hughes Price Alvarez Castillo Sanders Patel Myers Long Ross",
);

/** What firms do and are called, for names of firms that exist nowhere in particular. */
export const FIRM_WORDS = list(
  "Padaria Panadería Ferretería Transportes Construtora Constructora Comercial Inversiones Agropecuaria Confecções " +
    "Distribuidora Consultoria Servicios Servicos Tecnología Alimentos Automotriz Farmacia Papelería Textiles Editora",
);
export const FIRM_FORMS = ["S.A.", "S.A. de C.V.", "LTDA", "SAS", "S.R.L.", "Inc.", "LLC", "EIRELI", "SpA", "& Cía."];
